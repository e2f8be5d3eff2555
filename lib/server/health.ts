import type { ServerResponse } from "node:http";
import type pg from "pg";
import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";

export type HealthReport = {
  status: "ok" | "unavailable";
  /** Each is one sentence; empty where all is well. */
  reasons: string[];
  database: "reachable" | "away";
  loops: Record<string, { lastTurnMsAgo: Millis }>;
  pages: string;
};

/** What is watched, in so far as it has been opened. */
export type Watched = {
  pool: pg.Pool | null;
  clock: { now(): Instant } | null;
  loops: readonly { name: string; lastTurnAt(): Instant }[];
  pages: { state(): string } | null;
};

export type Health = {
  /** Asks everything anew. */
  report(): Promise<HealthReport>;
  /** What the last look at the database found; a look is taken every two seconds. */
  databaseAway(): boolean;
  /** Looks at the database now. */
  lookAtDatabase(): Promise<boolean>;
  stop(): void;
};

const LOOK_EVERY_MS: Millis = 2 * SECOND;
const LOOK_WITHIN_MS: Millis = 3 * SECOND;
/** A loop takes a turn every few seconds, with or without work. */
const STUCK_AFTER_MS: Millis = 30 * SECOND;

/** Watches whether Belfry can do its work. `watched` is asked each time, as parts come and go. */
export function watchHealth(watched: () => Watched, log: Logger): Health {
  let failure: string | null = "it is being opened";
  let away = false;
  let looking: Promise<boolean> | null = null;

  async function look(): Promise<boolean> {
    const { pool } = watched();
    const found = pool === null ? "it is being opened" : await askDatabase(pool);
    if (found === null) {
      if (away) log.info("the database is back");
      away = false;
    } else if (failure === null) {
      away = true;
      log.error({ reason: found }, "the database is away");
    }
    failure = found;
    return failure !== null;
  }

  function lookAtDatabase(): Promise<boolean> {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  }

  const timer = setInterval(() => void lookAtDatabase(), LOOK_EVERY_MS);
  return {
    lookAtDatabase,
    databaseAway: () => failure !== null,
    async report() {
      await lookAtDatabase();
      return reportOf(watched(), failure);
    },
    stop: () => clearInterval(timer),
  };
}

/** Answers `GET /healthz`: 200, or 503 with the reasons. */
export async function answerHealth(health: Health, response: ServerResponse): Promise<void> {
  const report = await health.report();
  const body = `${JSON.stringify(report)}\n`;
  response.writeHead(report.status === "ok" ? 200 : 503, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(body);
}

/** @returns what is wrong, null where nothing is. */
async function askDatabase(pool: pg.Pool): Promise<string | null> {
  // A connection whose other end fell silent is given up and leaves the pool.
  const question: pg.QueryConfig & { query_timeout: number } = { text: "SELECT 1", query_timeout: LOOK_WITHIN_MS };
  return pool.query(question).then(
    () => null,
    (error: unknown) => messageOf(error) || "the connection was refused",
  );
}

function reportOf({ clock, loops, pages }: Watched, failure: string | null): HealthReport {
  const now = clock?.now() ?? 0;
  const turns = loops.map((loop) => ({ name: loop.name, lastTurnMsAgo: Math.max(0, now - loop.lastTurnAt()) }));
  const stuck = turns.filter((turn) => turn.lastTurnMsAgo > STUCK_AFTER_MS);
  const reasons = [
    ...(failure === null ? [] : ["The database cannot be reached; the log says why."]),
    ...stuck.map(
      ({ name, lastTurnMsAgo }) => `The ${name} loop has not turned for ${Math.round(lastTurnMsAgo / SECOND)} s.`,
    ),
  ];
  return {
    status: reasons.length === 0 ? "ok" : "unavailable",
    reasons,
    database: failure === null ? "reachable" : "away",
    loops: Object.fromEntries(turns.map(({ name, lastTurnMsAgo }) => [name, { lastTurnMsAgo }])),
    pages: pages?.state() ?? "elsewhere",
  };
}
