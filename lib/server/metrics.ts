import type { IncomingMessage, ServerResponse } from "node:http";
import type pg from "pg";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Exchange } from "../ping/exchange.ts";
import type { PingFigures } from "../ping/intake.ts";
import type { Served } from "../ping/protocols.ts";
import type { WatchdogCall } from "./watchdog.ts";

export type Metrics = {
  /** Counts and times what is answered to pings of one protocol. */
  timePings(protocol: string, served: Served): Served;
  /** Counts a ping that did not come as a request of its own; `ms` from its first byte, null where it did not get that far. */
  pingAnswered(ping: { protocol: string; result: string; ms: Millis | null }): void;
  /** Reads at every scrape what the ping path counts by itself. */
  watchPings(read: () => PingCounts): void;
  /** Pings that one transaction stored. */
  batch(size: number): void;
  /** How long after its deadline a job was evaluated. */
  sweepLag(ms: Millis): void;
  /** How long after the limit that was broken the first message of it, or of the outage that it is of, left. */
  alertLag(ms: Millis): void;
  /** Counts calls of WATCHDOG_URL. */
  watchdogCalled(call: WatchdogCall): void;
  /** Answers `GET /metrics`. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

/** Since the start; see `PingFigures`. */
type PingCounts = Pick<PingFigures, "limited" | "overLimit" | "unmatchedDropped">;

const PING_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const LAG_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200];

/** The figures of one process; those of the whole installation are read from the database at every scrape. */
export function createMetrics(pool: () => pg.Pool | null): Metrics {
  const register = new Registry();
  const registers = [register];
  const pings = new Counter({
    name: "belfry_pings_total",
    help: "Pings answered, by protocol and result.",
    labelNames: ["protocol", "result"],
    registers,
  });
  const seconds = new Histogram({
    name: "belfry_ping_seconds",
    help: "From a ping's request to its answer after the commit.",
    buckets: PING_SECONDS,
    registers,
  });
  const batches = new Histogram({
    name: "belfry_ping_batch_size",
    help: "Pings stored by one transaction.",
    buckets: BATCH_SIZES,
    registers,
  });
  const sweepLag = new Histogram({
    name: "belfry_sweep_lag_seconds",
    help: "From a job's deadline to its evaluation.",
    buckets: LAG_SECONDS,
    registers,
  });
  const alertLag = new Histogram({
    name: "belfry_alert_lag_seconds",
    help: "From the limit that was broken to the first attempt of the first message about it, or about its outage; what waits on purpose does not count.",
    buckets: LAG_SECONDS,
    registers,
  });
  const watchdogCalls = new Counter({
    name: "belfry_watchdog_calls_total",
    help: "Calls of WATCHDOG_URL: taken, failed, or held back because something here is not well.",
    labelNames: ["result"],
    registers,
  });
  collectDefaultMetrics({ register });
  const refresh = [createDatabaseGauges(registers), createAlertGauges(registers)];

  const pingAnswered: Metrics["pingAnswered"] = ({ protocol, result, ms }) => {
    pings.inc({ protocol, result });
    if (ms !== null) seconds.observe(ms / SECOND);
  };
  return {
    timePings(protocol, { handle, exchange: serve }) {
      const answered = (startedAt: Millis, result: string) =>
        pingAnswered({ protocol, result, ms: performance.now() - startedAt });
      return {
        handle(request, response) {
          const startedAt = performance.now();
          response.once("close", () => answered(startedAt, resultOf(response)));
          handle(request, response);
        },
        exchange: serve && ((exchange) => serve(timed(exchange, answered))),
      };
    },
    pingAnswered,
    watchPings: (read) => addPingCounters(registers, read),
    batch: (size) => batches.observe(size),
    sweepLag: (ms) => sweepLag.observe(Math.max(0, ms) / SECOND),
    alertLag: (ms) => alertLag.observe(Math.max(0, ms) / SECOND),
    watchdogCalled: (result) => watchdogCalls.inc({ result }),
    async answer(request, response) {
      const figures = await readFigures(pool());
      for (const show of refresh) show(figures);
      const body = await register.metrics();
      response.writeHead(200, {
        "Content-Type": register.contentType,
        "Content-Length": Buffer.byteLength(body),
        "Cache-Control": "no-store",
      });
      response.end(request.method === "HEAD" ? undefined : body);
    },
  };
}

function addPingCounters(registers: Registry[], read: () => PingCounts): void {
  const limited = new Counter({
    name: "belfry_pings_over_limit_total",
    help: "Pings beyond the rate limits: refused with 429, or served because their protocol knows no such answer.",
    labelNames: ["answer"],
    registers,
    collect() {
      limited.reset();
      limited.inc({ answer: "refused" }, read().limited);
      limited.inc({ answer: "served" }, read().overLimit);
    },
  });
  const dropped = new Counter({
    name: "belfry_pings_unmatched_dropped_total",
    help: "Refused pings that are not kept for people to see: too many different ones at once, or no database.",
    registers,
    collect() {
      dropped.reset();
      dropped.inc(read().unmatchedDropped);
    },
  });
}

function timed(exchange: Exchange, answered: (startedAt: Millis, result: string) => void): Exchange {
  const startedAt = performance.now();
  return {
    request: exchange.request,
    body: exchange.body,
    reply(answer, last) {
      const isThere = exchange.reply(answer, last);
      answered(startedAt, isThere ? resultOfStatus(answer.status) : BROKEN_OFF);
      return isThere;
    },
  };
}

const BROKEN_OFF = "broken-off";

function resultOf({ writableFinished, statusCode }: ServerResponse): string {
  return writableFinished ? resultOfStatus(statusCode) : BROKEN_OFF;
}

function resultOfStatus(status: number): string {
  if (status < 300) return "ok";
  if (status === 503) return "unavailable";
  return status < 500 ? "refused" : "error";
}

type Figures = {
  deliveries: Record<string, number>;
  held: Record<string, number>;
  alertAgeMs: Millis | null;
  oldestCheckMs: Millis;
  oldestDeliveryMs: Millis;
  deliveryAgeMs: Millis;
};

const FIGURES = `
  SELECT (SELECT coalesce(json_object_agg(state, n), '{}') FROM (SELECT state, count(*) AS n FROM deliveries GROUP BY state) s) AS deliveries,
         (SELECT coalesce(json_object_agg(hold, n), '{}') FROM (SELECT hold, count(*) AS n FROM alerts
          WHERE plan_at IS NOT NULL AND hold IS NOT NULL GROUP BY hold) h) AS held,
         (SELECT extract(epoch FROM belfry_now() - min(created_at)) * 1000 FROM alerts
          WHERE plan_at IS NOT NULL AND coalesce(hold, 'gathering') = 'gathering')::float8 AS "alertAgeMs",
         (SELECT extract(epoch FROM belfry_now() - min(check_at)) * 1000 FROM job_state)::float8 AS "oldestCheckMs",
         (SELECT extract(epoch FROM belfry_now() - min(next_attempt_at)) * 1000 FROM deliveries WHERE state = 'pending')::float8 AS "oldestDeliveryMs",
         (SELECT extract(epoch FROM belfry_now() - min(created_at)) * 1000 FROM deliveries
          WHERE state IN ('pending', 'sending') AND (attempts > 0 OR next_attempt_at <= belfry_now()))::float8 AS "deliveryAgeMs"`;

function createDatabaseGauges(registers: Registry[]): (figures: Figures | null) => void {
  const up = new Gauge({ name: "belfry_database_up", help: "1 where the database answers.", registers });
  const check = new Gauge({
    name: "belfry_oldest_check_overdue_seconds",
    help: "How long the job that waits longest for its evaluation has been due.",
    registers,
  });
  const delivery = new Gauge({
    name: "belfry_oldest_delivery_overdue_seconds",
    help: "How long the delivery that waits longest has been due.",
    registers,
  });
  const deliveries = new Gauge({
    name: "belfry_deliveries",
    help: "Deliveries by state, of the whole installation.",
    labelNames: ["state"],
    registers,
  });
  const age = new Gauge({
    name: "belfry_oldest_delivery_age_seconds",
    help: "How long ago the oldest delivery was written that is due, or was tried and not taken yet.",
    registers,
  });
  const waiting = new Gauge({
    name: "belfry_deliveries_waiting",
    help: "Deliveries that have not been taken yet, of the whole installation.",
    registers,
  });
  const dead = new Gauge({
    name: "belfry_dead_letters",
    help: "Deliveries that were given up and not replayed, of the whole installation.",
    registers,
  });
  return (figures) => {
    up.set(figures === null ? 0 : 1);
    if (figures === null) return;
    deliveries.reset();
    for (const [state, count] of Object.entries(figures.deliveries)) deliveries.set({ state }, count);
    check.set(Math.max(0, figures.oldestCheckMs) / SECOND);
    delivery.set(Math.max(0, figures.oldestDeliveryMs) / SECOND);
    age.set(Math.max(0, figures.deliveryAgeMs) / SECOND);
    waiting.set((figures.deliveries["pending"] ?? 0) + (figures.deliveries["sending"] ?? 0));
    dead.set(figures.deliveries["dead"] ?? 0);
  };
}

function createAlertGauges(registers: Registry[]): (figures: Figures | null) => void {
  const age = new Gauge({
    name: "belfry_oldest_alert_unplanned_seconds",
    help: "How long ago the oldest alert was written of which nobody has decided yet who hears of it.",
    registers,
  });
  const held = new Gauge({
    name: "belfry_alerts_held",
    help: "Alerts that wait on purpose, by reason, of the whole installation.",
    labelNames: ["reason"],
    registers,
  });
  return (figures) => {
    if (figures === null) return;
    age.set(Math.max(0, figures.alertAgeMs ?? 0) / SECOND);
    held.reset();
    for (const [reason, count] of Object.entries(figures.held)) held.set({ reason }, count);
  };
}

async function readFigures(pool: pg.Pool | null): Promise<Figures | null> {
  if (pool === null) return null;
  try {
    const { rows } = await pool.query<Figures>(FIGURES);
    return rows[0] ?? null;
  } catch {
    return null; // the database is away: `belfry_database_up` says so
  }
}
