import type pg from "pg";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import { insertJobRecord, type JobSettings } from "../store/jobs.ts";
import type { CreationRequest } from "./event.ts";

/** Reads what a client wants of a new job. @throws AppError `invalid`: one sentence that says what is wrong. */
export type ParseCreation = (slug: string, request: CreationRequest) => JobSettings;

/** Makes jobs on their first ping. */
export type Creator = {
  /**
   * @returns whether it was this call that made the job; false where it was there already.
   * @throws AppError `invalid` as `ParseCreation`, `unavailable` where too many are waiting.
   */
  create(input: { projectId: string; slug: string; request: CreationRequest }): Promise<boolean>;
};

const MOST_WAITING = 1_000;

/** One job after the other: it is a rare thing, and must not take the connections that others need. */
export function createCreator(pool: pg.Pool, parse: ParseCreation): Creator {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  return {
    async create({ projectId, slug, request }) {
      const settings = parse(slug, request);
      if (waiting >= MOST_WAITING) throw new AppError("unavailable", "Too many jobs are being made at once.");
      waiting += 1;
      const made = last.then(() => insert(pool, projectId, settings));
      last = made.catch(() => null);
      return made.finally(() => (waiting -= 1));
    },
  };
}

async function insert(pool: pg.Pool, projectId: string, settings: JobSettings): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const job = await insertJobRecord(client, { projectId, settings });
    if (job === null) return false;
    await client.query("SELECT pg_notify('belfry_cache', $1), pg_notify('belfry_live', $2)", [job.id, projectId]);
    return true;
  });
}
