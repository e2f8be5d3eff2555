import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../lib/config.ts";
import { MINUTE, type Instant } from "../../lib/domain/time.ts";
import type { Logger } from "../../lib/log.ts";
import { createWatchdog, openWatchdog, type Watchdog, type WatchdogCall } from "../../lib/server/watchdog.ts";
import { eventually } from "../support/eventually.ts";
import { startHttpSink, type HttpSink } from "../support/http-sink.ts";
import { silent } from "./stub/site.ts";

let sink: HttpSink;
let watchdog: Watchdog | null = null;
beforeEach(async () => {
  sink = await startHttpSink();
});
afterEach(async () => {
  await watchdog?.stop();
  await sink.close();
});

type Said = { level: string; words: string; reason?: string };

/** A watchdog whose minutes pass as soon as it rests, up to `minutes` of them. */
function watch({ minutes, reasonsAt = () => [] }: { minutes: number; reasonsAt?: (minute: number) => string[] }) {
  let now: Instant = 0;
  const said: Said[] = [];
  const calls: { call: WatchdogCall; at: Instant }[] = [];
  const note =
    (level: string) =>
    (facts: { reason?: string } | string, words = ""): void => {
      if (typeof facts === "string") said.push({ level, words: facts });
      else said.push({ level, words, reason: facts.reason });
    };
  const log: Pick<Logger, "info" | "warn" | "error"> = {
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
  };
  watchdog = createWatchdog({
    url: `${sink.url}/ping/secret`,
    health: {
      async report() {
        const reasons = reasonsAt(now / MINUTE);
        return {
          status: reasons.length === 0 ? "ok" : "unavailable",
          reasons,
          database: "reachable",
          loops: {},
          pages: "",
        };
      },
    },
    clock: { now: () => now },
    log: log as Logger,
    onCall: (call) => calls.push({ call, at: now }),
    async sleep(ms, signal) {
      if (now + ms <= minutes * MINUTE) now += ms;
      else await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
    callWithinMs: 500,
  });
  watchdog.start();
  return { said, calls, over: (count: number) => eventually(() => expect(calls).toHaveLength(count), 5_000) };
}

test("it calls every minute, and not before one has passed well", async () => {
  const { calls, said, over } = watch({ minutes: 3 });
  await over(3);
  expect(calls).toEqual([1, 2, 3].map((minute) => ({ call: "taken", at: minute * MINUTE })));
  expect(sink.requests.map(({ method, path, body }) => [method, path, body])).toEqual(
    Array.from({ length: 3 }, () => ["GET", "/ping/secret", ""]),
  );
  expect(said).toEqual([]);
});

test("while a loop stands still or the database is away nobody is called, which is said once", async () => {
  const { calls, said, over } = watch({
    minutes: 5,
    reasonsAt: (minute) =>
      minute === 2 || minute === 3 ? [`The sweep loop has not turned for ${minute * 60} s.`] : [],
  });
  await over(5);
  expect(calls.map(({ call }) => call)).toEqual(["taken", "held", "held", "taken", "taken"]);
  expect(sink.requests).toHaveLength(3);
  expect(said).toEqual([
    {
      level: "warn",
      words: "the watchdog is not called until this is repaired",
      reason: "The sweep loop has not turned for 120 s.",
    },
    { level: "info", words: "the watchdog is called again" },
  ]);
});

test("a call that fails is said once, without the address", async () => {
  sink.reply((_request, nth) => (nth === 4 ? { status: 200 } : { status: 404, body: "no such check" }));
  const { calls, said, over } = watch({ minutes: 4 });
  await over(4);
  expect(calls.map(({ call }) => call)).toEqual(["failed", "failed", "failed", "taken"]);
  expect(said).toEqual([
    { level: "warn", words: "the watchdog cannot be called", reason: "It answered with status 404." },
    { level: "info", words: "the watchdog is called again" },
  ]);
});

test("a watcher that never answers holds nothing up", async () => {
  sink.reply(() => "silent");
  const { said, over } = watch({ minutes: 1 });
  await over(1);
  expect(said).toMatchObject([{ level: "warn", reason: "No answer within 0.5 s." }]);
});

test("a stop ends a call under way, and says nothing of it", async () => {
  sink.reply(() => "silent");
  const { said, calls } = watch({ minutes: 1 });
  await sink.received(1);
  await watchdog?.stop();
  expect([said, calls]).toEqual([[], []]);
});

describe("who calls", () => {
  const open = (env: Record<string, string>) => {
    watchdog = openWatchdog({
      config: readConfig(env),
      health: { report: () => Promise.reject(new Error("is not asked")) },
      clock: { now: () => 0 },
      log: silent,
    });
    return watchdog;
  };
  const WATCHDOG_URL = "http://10.0.0.7/ping/x";

  test("processes that sweep or deliver, where there is an address", () => {
    expect(open({})).toBeNull();
    expect(open({ WATCHDOG_URL })).not.toBeNull();
    expect(open({ WATCHDOG_URL, BELFRY_ROLES: "deliver" })).not.toBeNull();
    expect(open({ WATCHDOG_URL, BELFRY_ROLES: "web,pings" })).toBeNull();
  });

  test.each([
    ["ftp://example.org/", "WATCHDOG_URL"],
    ["monitor.example.net/x", "WATCHDOG_URL"],
    ["https://me:secret@watch.example.org/", "leave user name and password out"],
  ])("%s is refused in words that do not repeat it", (url, words) => {
    expect(() => readConfig({ WATCHDOG_URL: url })).toThrow(words);
    expect(() => readConfig({ WATCHDOG_URL: url })).not.toThrow(url);
  });
});
