import { MINUTE } from "../domain/time.ts";
import type { KnownJob } from "../store/known-states.ts";
import { createCache } from "./cache.ts";

/** What this process knows of jobs that were pinged lately. Whether it still holds, the database says at the write. */
export type KnownJobs = {
  /** All of them, or null where one is not known or they were read at different times of our gaps. */
  findAll(jobIds: Iterable<string>): Map<string, KnownJob> | null;
  learn(jobId: string, known: KnownJob): void;
  forget(jobIds: Iterable<string>): void;
};

const SIZE = 10_000;
/** Long before PostgreSQL gives the number of a transaction a second time. */
const KEPT_MS = 30 * MINUTE;

export function createKnownJobs(): KnownJobs {
  const cache = createCache<KnownJob>({ size: SIZE, ttlMs: KEPT_MS });
  return {
    findAll(jobIds) {
      const now = performance.now();
      const found = new Map<string, KnownJob>();
      let gapsVersion: number | null = null;
      for (const jobId of jobIds) {
        const known = cache.get(jobId, now);
        if (known === undefined || known.gapsVersion !== (gapsVersion ??= known.gapsVersion)) return null;
        found.set(jobId, known);
      }
      return found;
    },
    learn(jobId, known) {
      cache.set(jobId, known, performance.now());
    },
    forget(jobIds) {
      for (const jobId of jobIds) cache.delete(jobId);
    },
  };
}
