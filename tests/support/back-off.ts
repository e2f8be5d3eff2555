import type { Millis } from "../../lib/domain/time.ts";
import { inTransaction } from "../../lib/store/client.ts";
import type { DatabaseClock } from "../../lib/store/clock.ts";
import { findNextDue } from "../../lib/store/deliveries.ts";
import { offsetClock, type TestDatabase } from "./database.ts";

/**
 * Where nothing is being sent and all that could be rests, moves the clock on to the next attempt, so that nobody has to sit
 * through the pause. Dispatchers that rest are to be woken then. @returns whether it did.
 */
export async function skipBackOff(database: TestDatabase, clock: DatabaseClock): Promise<boolean> {
  const rest = await findRest(database);
  if (rest === null || rest.ms <= 0) return false;
  await offsetClock(database, Math.ceil(rest.offsetMs) + rest.ms);
  await clock.refresh();
  return true;
}

/** How long nobody has anything to send, and how far the clock is off already. Null: somebody is sending, or nothing waits. */
async function findRest({ pool }: TestDatabase): Promise<{ ms: Millis; offsetMs: Millis } | null> {
  return inTransaction(pool, async (client) => {
    // One moment for both questions: a lease that begins in between would look like a rest.
    await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    const { rows } = await client.query<{ sending: number; now: Date; offsetMs: number }>(
      `SELECT (SELECT count(*)::int4 FROM deliveries WHERE state = 'sending') AS sending, belfry_now() AS now,
         (extract(epoch FROM belfry_now() - clock_timestamp()) * 1000)::float8 AS "offsetMs"`,
    );
    const dueAt = await findNextDue(client);
    const [moment] = rows;
    if (moment === undefined || moment.sending > 0 || dueAt === null) return null;
    return { ms: dueAt - moment.now.getTime(), offsetMs: moment.offsetMs };
  });
}
