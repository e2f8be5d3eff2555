import { MINUTE, SECOND } from "../domain/time.ts";
import type { KnownJob } from "../store/known-states.ts";
import { createCache } from "./cache.ts";

/** What this process knows of jobs that were pinged lately. Whether it still holds, the database says at the write. */
export type KnownJobs = {
  /** Those of them that are known, all as of the same of our gaps. */
  find(jobIds: Iterable<string>): { jobs: Map<string, KnownJob>; gapsVersion: number };
  /** Has no effect for a while after jobs were out of date twice. */
  learn(jobId: string, known: KnownJob): void;
  forget(jobIds: Iterable<string>): void;
  /** Forgets jobs of which something else was known than is true: where that goes on, another process writes them too. */
  wasOutdated(jobIds: Iterable<string>): void;
};

/** A job's state takes a few kilobytes. */
const SIZE = 20_000;
/** Long before PostgreSQL gives the number of a transaction a second time. */
const KEPT_MS = 30 * MINUTE;
const OUTDATED_MS = 10 * SECOND;

export function createKnownJobs(): KnownJobs {
  const cache = createCache<KnownJob>({ size: SIZE, ttlMs: KEPT_MS });
  const outdated = createCache<"once" | "again">({ size: SIZE, ttlMs: OUTDATED_MS });
  // What was learnt with fewer of our gaps is out of date.
  let gapsVersion = 0;
  return {
    find(jobIds) {
      const now = performance.now();
      const jobs = new Map<string, KnownJob>();
      for (const jobId of jobIds) {
        const known = cache.get(jobId, now);
        if (known !== undefined && known.gapsVersion === gapsVersion) jobs.set(jobId, known);
      }
      return { jobs, gapsVersion };
    },
    learn(jobId, known) {
      gapsVersion = Math.max(gapsVersion, known.gapsVersion);
      const now = performance.now();
      if (outdated.get(jobId, now) !== "again") cache.set(jobId, known, now);
    },
    forget(jobIds) {
      for (const jobId of jobIds) cache.delete(jobId);
    },
    wasOutdated(jobIds) {
      const now = performance.now();
      for (const jobId of jobIds) {
        cache.delete(jobId);
        outdated.set(jobId, outdated.get(jobId, now) === undefined ? "once" : "again", now);
      }
    },
  };
}
