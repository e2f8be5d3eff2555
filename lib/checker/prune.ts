import type { Pool } from "pg";
import { HOUR, type Instant, type Millis, SECOND } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { addPartitions, dropOldPartitions, pruneRows } from "../store/retention.ts";
import { createLoop, type Loop } from "./loop.ts";

export type PruneDeps = { pool: Pool; clock: DatabaseClock; log: Logger };

/** Often enough that a partition is there long before its day. */
const EVERY: Millis = HOUR;
/** A turn is short, as for every loop; what is left is done in the next ones. */
const TURN_MS: Millis = 5 * SECOND;
const BETWEEN_TURNS_MS: Millis = 500;

/** The loop that keeps the database in shape: partitions for the days to come, and nothing older than people want. */
export function createPrune({ pool, clock, log }: PruneDeps): Loop {
  let dueAt: Instant = -Infinity;

  async function turn(stopping: AbortSignal): Promise<Instant> {
    if (clock.now() < dueAt) return dueAt;
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(TURN_MS)]);
    const added = await addPartitions(pool);
    const dropped = await dropOldPartitions(pool);
    const gone = await pruneRows(pool, signal);
    if (added > 0 || dropped.length > 0 || Object.keys(gone).length > 0) {
      log.info({ added, dropped, gone }, "Old rows went, and new days got their partitions");
    }
    dueAt = clock.now() + (signal.aborted ? BETWEEN_TURNS_MS : EVERY);
    return dueAt;
  }

  return createLoop({ name: "prune", turn, clock, log });
}
