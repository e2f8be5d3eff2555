import type { DatabaseClock } from "../../lib/store/clock.ts";
import { offsetClock, type TestDatabase } from "./database.ts";

/**
 * Where nothing is being sent and something waits for a further attempt, moves the clock on to what is due next, which nobody
 * has to sit through. Dispatchers that rest are to be woken then. @returns whether it did.
 */
export async function skipBackOff(database: TestDatabase, clock: DatabaseClock): Promise<boolean> {
  const { rows } = await database.pool.query<{ restMs: number; offsetMs: number }>(
    `SELECT (extract(epoch FROM min(next_attempt_at) - belfry_now()) * 1000)::float8 AS "restMs",
       (extract(epoch FROM belfry_now() - clock_timestamp()) * 1000)::float8 AS "offsetMs"
     FROM deliveries WHERE state IN ('pending', 'sending')
     HAVING bool_and(state = 'pending') AND bool_or(attempts > 0)`,
  );
  const [rest] = rows;
  if (rest === undefined || rest.restMs <= 0) return false;
  await offsetClock(database, Math.ceil(rest.offsetMs + rest.restMs));
  await clock.refresh();
  return true;
}
