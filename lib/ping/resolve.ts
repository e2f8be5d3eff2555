import { setImmediate as nextTurn } from "node:timers/promises";
import { SECOND } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { findPingedJobs, type JobLookup } from "../store/keys.ts";
import type { Queryable } from "../store/queryable.ts";
import { hashKey } from "../store/secrets.ts";
import { createCache } from "./cache.ts";
import type { PingAddress } from "./event.ts";

export type Resolution = {
  /** Null: there is no such job. */
  jobId: string | null;
  /** Null: the key is unknown too. */
  projectId: string | null;
  keyHash: Buffer | null;
  /** Of what the job's code asked for last. */
  codeDigest: string | null;
};

const KNOWN_SIZE = 100_000;
const KNOWN_MS = 60 * SECOND;
/** Guesses at addresses have a cache of their own, which any change clears: they cannot push out what is real. */
const UNKNOWN_SIZE = 20_000;
const UNKNOWN_MS = 5 * SECOND;
const MOST_WAITING = 10_000;
const MOST_AT_ONCE = 500;

type Question = {
  lookup: JobLookup;
  answers: { resolve: (resolution: Resolution) => void; reject: (error: unknown) => void }[];
};

/** From addresses to jobs, mostly without asking the database. */
export class Resolver {
  readonly #database;
  readonly #known = createCache<Resolution>({ size: KNOWN_SIZE, ttlMs: KNOWN_MS });
  readonly #unknown = createCache<Resolution>({ size: UNKNOWN_SIZE, ttlMs: UNKNOWN_MS });
  readonly #waiting = new Map<string, Question>();
  #asking = false;
  /** Counts what was forgotten: an answer that was asked for before may be out of date. */
  #epoch = 0;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** What is known without asking; undefined: ask `find`. */
  known(address: PingAddress): Resolution | undefined {
    const key = keyOf(address);
    const now = performance.now();
    return this.#known.get(key, now) ?? this.#unknown.get(key, now);
  }

  /** @throws AppError `unavailable` where too many are waiting; whatever the database throws. */
  async find(address: PingAddress): Promise<Resolution> {
    if (this.#waiting.size >= MOST_WAITING) throw new AppError("unavailable", "Too many unknown addresses at once.");
    const key = keyOf(address);
    const question = this.#waiting.get(key) ?? { lookup: lookupOf(address), answers: [] };
    this.#waiting.set(key, question);
    const answer = new Promise<Resolution>((resolve, reject) => question.answers.push({ resolve, reject }));
    if (!this.#asking) void this.#askAll();
    return answer;
  }

  /** Forgets this one, which was found out to be wrong, and all that was known for want of something better. */
  forget(address: PingAddress): void {
    this.#epoch += 1;
    this.#known.delete(keyOf(address));
    this.#unknown.clear();
  }

  /** Takes a payload of "belfry_cache": the hash of a key in hex, the id of a job, or "" for everything. */
  invalidate(payload: string): void {
    this.#epoch += 1;
    // What was unknown may be known now, and it is soon found again.
    this.#unknown.clear();
    if (payload === "") this.#known.clear();
    else this.#known.forget((_, { jobId, keyHash }) => jobId === payload || keyHash?.toString("hex") === payload);
  }

  /** Never rejects: failures go to those who asked. */
  async #askAll(): Promise<void> {
    this.#asking = true;
    // Whatever else this turn of the event loop brings is asked with it.
    await nextTurn();
    while (this.#waiting.size > 0) {
      const questions = [...this.#waiting].slice(0, MOST_AT_ONCE);
      for (const [key] of questions) this.#waiting.delete(key);
      await this.#ask(questions);
    }
    this.#asking = false;
  }

  async #ask(questions: [key: string, Question][]): Promise<void> {
    const epoch = this.#epoch;
    try {
      const lookups = questions.map(([, { lookup }]) => lookup);
      const found = await findPingedJobs(this.#database, lookups);
      questions.forEach(([key, { lookup, answers }], index) => {
        const { jobId = null, projectId = null, codeDigest = null, provisional = false } = found[index] ?? {};
        const resolution = { jobId, projectId, codeDigest, keyHash: "keyHash" in lookup ? lookup.keyHash : null };
        const cache = jobId === null || provisional ? this.#unknown : this.#known;
        if (epoch === this.#epoch) cache.set(key, resolution, performance.now());
        for (const { resolve } of answers) resolve(resolution);
      });
    } catch (error) {
      for (const [, { answers }] of questions) for (const { reject } of answers) reject(error);
    }
  }
}

/** The ids of jobs and the keys of projects cannot be taken for each other: only the latter have a slash behind them. */
function keyOf(address: PingAddress): string {
  if (address.kind === "job") return address.jobId;
  const { key, slug, environment } = address;
  return environment === null ? `${key}/${slug}` : `${key}/${slug}/${environment}`;
}

function lookupOf(address: PingAddress): JobLookup {
  if (address.kind === "job") return { jobId: address.jobId };
  return { keyHash: hashKey(address.key), slug: address.slug, environment: address.environment };
}
