import { stateOf } from "../domain/draft.ts";
import { MINUTE, SECOND } from "../domain/time.ts";
import type { KnownJob } from "../store/known-states.ts";
import { recallMemory } from "../store/memory-reading.ts";
import type { LoadedJob } from "../store/states.ts";
import { createCache } from "./cache.ts";

/** What this process knows of jobs that were pinged lately. Whether it still holds, the database says at the write. */
export type KnownJobs = {
  /** Those of them that are known, all as of the same of our gaps. */
  find(jobIds: Iterable<string>): { jobs: Map<string, KnownJob>; gapsVersion: number };
  /** Has no effect for a while after jobs were out of date twice. */
  learn(learnt: Iterable<LearntJob>, as: Pick<KnownJob, "version" | "gapsVersion">): void;
  forget(jobIds: Iterable<string>): void;
  /** Forgets jobs of which something else was known than is true: where that goes on, another process writes them too. */
  wasOutdated(jobIds: Iterable<string>): void;
};

/** A job takes a kilobyte and a half. */
const SIZE = 20_000;
/** Long before PostgreSQL gives the number of a transaction a second time. */
const KEPT_MS = 30 * MINUTE;
const OUTDATED_MS = 10 * SECOND;

/** A job as it was written: `bytes` is its memory. */
export type LearntJob = Pick<LoadedJob, "projectId" | "checkAt" | "pingPolicy"> &
  Pick<LoadedJob["state"], "job" | "gaps"> & { bytes: Buffer };

/**
 * A job as it is kept in mind: its memory only as the text that was written, in bytes that are written to again and again.
 * As objects, a few dozen for every ping would be copied by garbage collection until the next ones take their place.
 */
type KeptJob = LearntJob & { version: string; gapsVersion: number; length: number };

/** A memory grows with the first pings; later ones mostly need the same room. */
const SPARE_BYTES = 128;

export function createKnownJobs(): KnownJobs {
  const cache = createCache<KeptJob>({ size: SIZE, ttlMs: KEPT_MS });
  const outdated = createCache<"once" | "again">({ size: SIZE, ttlMs: OUTDATED_MS });
  // What was learnt with fewer of our gaps is out of date.
  let gapsVersion = 0;
  return {
    find(jobIds) {
      const now = performance.now();
      const jobs = new Map<string, KnownJob>();
      for (const jobId of jobIds) {
        const known = cache.get(jobId, now);
        if (known !== undefined && known.gapsVersion === gapsVersion) jobs.set(jobId, recall(known));
      }
      return { jobs, gapsVersion };
    },
    learn(learnt, as) {
      const now = performance.now();
      gapsVersion = Math.max(gapsVersion, as.gapsVersion);
      for (const known of learnt) {
        const { id } = known.job;
        if (outdated.get(id, now) !== "again") cache.update(id, (before) => keep(known, as, before), now);
      }
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

function recall(kept: KeptJob): KnownJob {
  const { job, gaps, projectId, checkAt, pingPolicy, version, gapsVersion } = kept;
  const { memory, written } = recallMemory(kept.bytes, kept.length);
  const state = stateOf({ memory, job, gaps });
  return { state, written, projectId, checkAt, pingPolicy, version, gapsVersion };
}

/** @param before what was kept of the job until now, which is written over */
function keep(
  { job, gaps, projectId, checkAt, pingPolicy, bytes: written }: LearntJob,
  { version, gapsVersion }: Pick<KnownJob, "version" | "gapsVersion">,
  before: KeptJob | undefined,
): KeptJob {
  const { length } = written;
  if (before === undefined || before.bytes.length < length) {
    const bytes = roomFor(length);
    written.copy(bytes);
    return { job, gaps, projectId, checkAt, pingPolicy, version, gapsVersion, bytes, length };
  }
  written.copy(before.bytes);
  before.job = job;
  before.gaps = gaps;
  before.projectId = projectId;
  before.checkAt = checkAt;
  before.pingPolicy = pingPolicy;
  before.version = version;
  before.gapsVersion = gapsVersion;
  before.length = length;
  return before;
}

function roomFor(length: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.ceil((length + SPARE_BYTES) / SPARE_BYTES) * SPARE_BYTES);
}
