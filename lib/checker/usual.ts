import type { Pool } from "pg";
import { ScheduleError } from "../domain/schedule.ts";
import { type Instant, type Millis, MINUTE, SECOND } from "../domain/time.ts";
import { type UnusualBounds, unusualBounds } from "../domain/usual.ts";
import { usualOfRuns } from "../domain/usual-runs.ts";
import type { Logger } from "../log.ts";
import type { DatabaseClock } from "../store/clock.ts";
import { type FoundBounds, listUsualDue, saveBounds, type UsualJob } from "../store/usual.ts";
import { createLoop, type Loop } from "./loop.ts";

export type UsualDeps = { pool: Pool; clock: DatabaseClock; log: Logger };

const EVERY: Millis = 3 * MINUTE;
/** Few enough that no ping waits for the arithmetic. */
const SLICE = 20;
/** A turn is short, as for every loop; what is left is done in the next ones. */
const TURN_MS: Millis = 5 * SECOND;
const BETWEEN_TURNS_MS: Millis = 250;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** The loop that keeps up to date beyond what a run is unusual, for the jobs whose people want to hear of it. */
export function createUsual({ pool, clock, log }: UsualDeps): Loop {
  let dueAt: Instant = -Infinity;
  let after = FIRST_ID;

  async function turn(stopping: AbortSignal): Promise<Instant | null> {
    if (clock.now() < dueAt) return dueAt;
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(TURN_MS)]);
    while (!signal.aborted) {
      const due = await listUsualDue(pool, { after, limit: SLICE });
      if (due.length > 0) await saveBounds(pool, due.map(lookAt));
      after = due.at(-1)?.id ?? after;
      if (due.length < SLICE) {
        after = FIRST_ID;
        dueAt = clock.now() + EVERY;
        return dueAt;
      }
    }
    return clock.now() + BETWEEN_TURNS_MS;
  }

  return createLoop({ name: "usual", turn, clock, log });
}

function lookAt(job: UsualJob): FoundBounds {
  const bounds = boundsOf(job);
  return { jobId: job.id, bounds, readAt: job.readAt, changed: !isSame(bounds, job.bounds) };
}

/** Null also where the schedule cannot be read: that is the sweep's to tell. */
function boundsOf({ runs, schedule, jitterMs }: UsualJob): UnusualBounds | null {
  try {
    return unusualBounds(usualOfRuns(runs, { schedule, limits: { jitterMs } }));
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

function isSame(one: UnusualBounds | null, other: UnusualBounds | null): boolean {
  return textOf(one) === textOf(other);
}

/** The database keeps keys in an order of its own. */
function textOf(bounds: UnusualBounds | null): string {
  return bounds === null ? "" : JSON.stringify([bounds.slowAfterMs, bounds.fastBelowMs]);
}
