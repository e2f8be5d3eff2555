import type { Pool } from "pg";
import { HOUR, MINUTE, type Instant } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { addPartitions, dropOldPartitions, pruneRows } from "../store/retention.ts";
import { createLoop, type Loop } from "./loop.ts";

export type PruneDeps = { pool: Pool; clock: DatabaseClock; log: Logger };

/** Often enough that a partition is there long before its day, also where a start was days ago. */
const EVERY = HOUR;

/** The loop that keeps the database in shape: partitions for the days to come, and nothing older than people want. */
export function createPrune({ pool, clock, log }: PruneDeps): Loop {
  async function turn(signal: AbortSignal): Promise<Instant> {
    const added = await addPartitions(pool);
    const dropped = await dropOldPartitions(pool);
    const gone = await pruneRows(pool, signal);
    if (added > 0 || dropped.length > 0 || Object.keys(gone).length > 0) {
      log.info({ added, dropped, gone }, "Old rows went, and new days got their partitions");
    }
    return clock.now() + EVERY;
  }

  return createLoop({ name: "prune", turn, clock, log, pollMs: EVERY + MINUTE });
}
