import type { Pool } from "pg";
import { HOUR, type Instant, type Millis, MINUTE, SECOND } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { createJobRetention } from "../store/job-retention.ts";
import { addPartitions, dropOldPartitions, pruneRows } from "../store/retention.ts";
import { createLoop, type Loop } from "./loop.ts";

export type PruneDeps = { pool: Pool; clock: DatabaseClock; log: Logger };

/** Often enough that a partition is there long before its day. */
const EVERY: Millis = HOUR;
/** A turn is short, as for every loop; what is left is done in the next ones. */
const TURN_MS: Millis = 5 * SECOND;
const BETWEEN_TURNS_MS: Millis = 500;
/** Until then whoever held a table has let go of it, or will not soon. */
const AFTER_LOCK_MS: Millis = MINUTE;

/** The loop that keeps the database in shape: partitions for the days to come, and nothing older than people want. */
export function createPrune({ pool, clock, log }: PruneDeps): Loop {
  let dueAt: Instant = -Infinity;
  const jobs = createJobRetention(pool);

  async function turn(stopping: AbortSignal): Promise<Instant> {
    if (clock.now() < dueAt) return dueAt;
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(TURN_MS)]);
    const added = await addPartitions(pool);
    const { dropped, left } = await dropOldPartitions(pool);
    const gone = await pruneRows(pool, signal);
    const ofJobs = await jobs.prune(signal);
    if ((added ?? 0) > 0 || dropped.length > 0 || Object.keys(gone).length > 0 || ofJobs.runs + ofJobs.pings > 0) {
      log.info({ added, dropped, gone, ofJobs }, "Old rows went, and new days got their partitions");
    }
    dueAt = clock.now() + (signal.aborted ? BETWEEN_TURNS_MS : added === null || left > 0 ? AFTER_LOCK_MS : EVERY);
    return dueAt;
  }

  return createLoop({ name: "prune", turn, clock, log });
}
