import type pg from "pg";
import type { Instant, Millis } from "../domain/time.ts";
import { AppError } from "../errors.ts";

/** The database's clock without asking it each time. */
export type DatabaseClock = {
  /** Whole milliseconds. Goes backwards only where the database's own clock was set back by a second or more. */
  now(): Instant;
  /**
   * Measures again, over `client` where one is given; the offset stays as it was where the database cannot be reached, and
   * the promise rejects.
   */
  refresh(client?: pg.ClientBase): Promise<void>;
};

type Measured = { offsetMs: Millis; roundTripMs: Millis };

const ROUND_TRIPS = 4;
/** A round trip as quick as this is measured well enough. */
const QUICK_MS: Millis = 2;
/** Smaller steps back are errors of measurement: the clock stands still for their length. */
const STEP_MS = 1_000;

/** Measures how far the process's own steady clock is from `belfry_now()`, as well as a round trip allows. */
export async function openClock(pool: pg.Pool): Promise<DatabaseClock> {
  let offsetMs = await measureOver(pool);
  let latest = 0;
  return {
    now() {
      const instant = Math.floor(performance.now() + offsetMs);
      latest = instant < latest && latest - instant < STEP_MS ? latest : instant;
      return latest;
    },
    async refresh(client) {
      offsetMs = await (client === undefined ? measureOver(pool) : measure(client));
    },
  };
}

/**
 * Refuses a database whose `belfry_now()` is not the real time, as tests make them.
 * @throws AppError `invalid`
 */
export async function refuseOffsetClock(pool: pg.Pool): Promise<void> {
  // The one place that may ask the real clock: it is compared with ours.
  const { rowCount } = await pool.query("SELECT 1 WHERE abs(extract(epoch FROM belfry_now() - clock_timestamp())) > 1");
  if (rowCount === 0) return;
  throw new AppError(
    "invalid",
    "The clock of this database was moved for tests (its function belfry_now() does not tell the real time). Use another database.",
    "DATABASE_URL",
  );
}

async function measureOver(pool: pg.Pool): Promise<Millis> {
  const client = await pool.connect();
  try {
    return await measure(client);
  } finally {
    client.release();
  }
}

/** Milliseconds to add to `performance.now()`. The quickest of a few round trips errs least. */
async function measure(client: pg.ClientBase): Promise<Millis> {
  let best = await measureOnce(client);
  for (let trip = 1; trip < ROUND_TRIPS && best.roundTripMs > QUICK_MS; trip++) {
    const measured = await measureOnce(client);
    if (measured.roundTripMs < best.roundTripMs) best = measured;
  }
  return best.offsetMs;
}

async function measureOnce(client: pg.ClientBase): Promise<Measured> {
  const sentAt = performance.now();
  const { rows } = await client.query<{ ms: number }>("SELECT (extract(epoch FROM belfry_now()) * 1000)::float8 AS ms");
  const answeredAt = performance.now();
  const [row] = rows;
  if (row === undefined) throw new Error("The database did not tell the time.");
  return { offsetMs: row.ms - (sentAt + answeredAt) / 2, roundTripMs: answeredAt - sentAt };
}
