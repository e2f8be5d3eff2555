import { connect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFront, type Front } from "../../lib/server/front.ts";
import { createMetrics, type Metrics } from "../../lib/server/metrics.ts";
import { metricsRoute } from "../../lib/server/routes.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { silent } from "./stub/site.ts";

const OK = { status: 200, headers: ["Content-Length", "2"], body: "OK" };
const NOT_FOUND = { status: 404, headers: ["Content-Length", "0"], body: "" };

let database: TestDatabase | null = null;
let metrics: Metrics;
let front: Front;

beforeAll(async () => {
  metrics = createMetrics(() => database?.pool ?? null);
  const ping = metrics.timePings("native", {
    handle(request, response) {
      response.writeHead(request.url === "/ping/known" ? 200 : 404).end();
    },
  });
  const whole = metrics.timePings("whole", {
    handle: (_request, response) => void response.writeHead(500).end(),
    exchange: (exchange) => void exchange.reply(exchange.request.url === "/whole/known" ? OK : NOT_FOUND, false),
  });
  front = await openFront({
    host: "127.0.0.1",
    port: 0,
    log: silent,
    routes: [
      { matches: (path) => path.startsWith("/ping/"), ...ping },
      { matches: (path) => path.startsWith("/whole/"), ...whole },
      metricsRoute(metrics),
    ],
  });
});
afterAll(() => front.close());

const address = (path: string) => `http://127.0.0.1:${front.port}${path}`;

/** On a connection of its own. */
async function ask(line: string): Promise<string> {
  const socket = connect(front.port, "127.0.0.1");
  socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return textOf(socket);
}

async function read(): Promise<string> {
  return (await fetch(address("/metrics"))).text();
}

test("what this process did is counted", async () => {
  await (await fetch(address("/ping/known"))).text();
  await (await fetch(address("/ping/unknown"))).text();
  metrics.batch(7);
  metrics.sweepLag(1_500);
  metrics.alertLag(400);
  metrics.watchdogCalled("taken");
  metrics.watchPings(() => ({ limited: 3, overLimit: 2, unmatchedDropped: 1 }));
  await nextTurn();
  const text = await read();
  expect(text).toContain('belfry_pings_total{protocol="native",result="ok"} 1');
  expect(text).toContain('belfry_pings_total{protocol="native",result="refused"} 1');
  expect(text).toContain("belfry_ping_seconds_count 2");
  expect(text).toContain("belfry_ping_batch_size_sum 7");
  expect(text).toContain('belfry_sweep_lag_seconds_bucket{le="2"} 1');
  expect(text).toContain('belfry_alert_lag_seconds_bucket{le="0.5"} 1');
  expect(text).toContain('belfry_pings_over_limit_total{answer="refused"} 3');
  expect(text).toContain('belfry_pings_over_limit_total{answer="served"} 2');
  expect(text).toContain("belfry_pings_unmatched_dropped_total 1");
  expect(text).toContain('belfry_watchdog_calls_total{result="taken"} 1');
  expect(text).toContain("nodejs_eventloop_lag_seconds");
});

test("so are pings that came whole, in the same words", async () => {
  expect(await ask("GET /whole/known")).toMatch(/^HTTP\/1.1 200 .*OK$/s);
  expect(await ask("GET /whole/unknown")).toContain(" 404 ");
  expect(await ask("DELETE /whole/known")).toContain(" 500 ");
  await nextTurn();
  const text = await read();
  expect(text).toContain('belfry_pings_total{protocol="whole",result="ok"} 1');
  expect(text).toContain('belfry_pings_total{protocol="whole",result="refused"} 1');
  expect(text).toContain('belfry_pings_total{protocol="whole",result="error"} 1');
});

test("without the database it says so, and still answers", async () => {
  expect(await read()).toContain("belfry_database_up 0");
});

test("the whole installation's deliveries are counted by state", async () => {
  database = await createTestDatabase();
  await database.pool.query(
    `WITH alert AS (INSERT INTO alerts (id, event, sequence, created_at, facts)
                    VALUES (gen_random_uuid(), 'notice', 1, belfry_now(), '{}') RETURNING id)
     INSERT INTO deliveries (alert_id, recipient, state, next_attempt_at, created_at)
     SELECT id, state || '@example.org', state, belfry_now() - interval '1 minute', belfry_now() - interval '1 hour'
     FROM alert, unnest(ARRAY['pending', 'dead']) AS state`,
  );
  const text = await read();
  expect(text).toContain("belfry_database_up 1");
  expect(text).toContain('belfry_deliveries{state="pending"} 1');
  expect(text).toContain('belfry_deliveries{state="dead"} 1');
  expect(Number(/^belfry_oldest_delivery_overdue_seconds (.+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(60);
  expect(Number(/^belfry_oldest_delivery_age_seconds (.+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(3_600);
  expect(text).toContain("belfry_deliveries_waiting 1");
  expect(text).toContain("belfry_dead_letters 1");
});

test("a delivery that is not due yet has no age, one that waits for its next attempt does", async () => {
  const age = async () => Number(/^belfry_oldest_delivery_age_seconds (.+)$/m.exec(await read())?.[1]);
  await database?.pool.query("UPDATE deliveries SET next_attempt_at = belfry_now() + interval '1 hour'");
  expect(await age()).toBe(0);
  await database?.pool.query("UPDATE deliveries SET attempts = 1");
  expect(await age()).toBeGreaterThanOrEqual(3_600);
});

test("alerts that wait are counted by what they wait for, and those that wait for nothing have an age", async () => {
  await database?.pool.query(
    `INSERT INTO alerts (id, event, sequence, created_at, plan_at, hold, facts)
     SELECT gen_random_uuid(), 'opened', 1, belfry_now() - minutes * interval '1 minute', belfry_now(), hold, '{}'
     FROM unnest(ARRAY[10, 20, 60, 90], ARRAY[NULL, 'gathering', 'window', 'window']) AS x(minutes, hold)`,
  );
  const text = await read();
  expect(text).toContain('belfry_alerts_held{reason="window"} 2');
  expect(text).toContain('belfry_alerts_held{reason="gathering"} 1');
  const age = Number(/^belfry_oldest_alert_unplanned_seconds (.+)$/m.exec(text)?.[1]);
  expect(age).toBeGreaterThanOrEqual(1_200);
  expect(age).toBeLessThan(3_600);
});

test("requests that came through a proxy are not answered", async () => {
  const answer = await fetch(address("/metrics"), { headers: { "X-Forwarded-For": "203.0.113.1" } });
  expect(answer.status).toBe(403);
});
