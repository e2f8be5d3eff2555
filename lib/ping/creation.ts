import type pg from "pg";
import { leftOutSentence } from "../domain/left-out.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import { insertJobRecord, type NewJobRecord } from "../store/jobs.ts";
import type { CreationRequest, PingAddress } from "./event.ts";

/** What making a job of a first ping needs: who keeps jobs says how a request is read. */
export type JobMaker = {
  /**
   * What of the request makes no sense is left out.
   * @throws AppError `invalid`: one sentence that says why there can be no such job.
   */
  read(address: SlugAddress, request: CreationRequest): NewJobRecord;
  /** Changes a job as its code asks, where no person has changed it since. */
  update(jobId: string, request: CreationRequest): Promise<void>;
};

type SlugAddress = Extract<PingAddress, { kind: "slug" }>;

/** Makes jobs on their first ping. */
export type Creator = {
  /**
   * @returns whether it was this call that made the job, or it was there already; and what it was made without, in a line each.
   * @throws AppError `invalid` as `JobMaker.read`, `unavailable` where too many are waiting.
   */
  create(input: { projectId: string; address: SlugAddress; request: CreationRequest }): Promise<Creation>;
};

export type Creation = { created: boolean; leftOut: readonly string[] };

const MOST_WAITING = 1_000;

/** One job after the other: it is a rare thing, and must not take the connections that others need. */
export function createCreator(pool: pg.Pool, jobs: JobMaker): Creator {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  return {
    async create({ projectId, address, request }) {
      const record = jobs.read(address, request);
      if (waiting >= MOST_WAITING) throw new AppError("unavailable", "Too many jobs are being made at once.");
      waiting += 1;
      const made = last.then(() => insert(pool, projectId, record));
      last = made.catch(() => null);
      return made.finally(() => (waiting -= 1));
    },
  };
}

async function insert(pool: pg.Pool, projectId: string, record: NewJobRecord): Promise<Creation> {
  return inTransaction(pool, async (client) => {
    const job = await insertJobRecord(client, { projectId, ...record });
    if (job === null) return { created: false, leftOut: [] };
    await client.query("SELECT pg_notify('belfry_cache', $1), pg_notify('belfry_live', $2)", [job.id, projectId]);
    return { created: true, leftOut: job.leftOut.map(leftOutSentence) };
  });
}

/** Whether code asks for something else than it did when its job was looked up. */
export function isNewRequest(code: CreationRequest["code"], known: string | null): boolean {
  return code !== null && code.digest !== null && code.digest !== known;
}
