import { expect, test } from "vitest";
import type { PingAddress } from "../../lib/ping/event.ts";
import { createRateLimiter, type Rates, USUAL_RATES } from "../../lib/ping/rate-limit.ts";

const RATES: Rates = {
  job: { perSecond: 10, burst: 5 },
  key: { perSecond: 10, burst: 20 },
  address: { perSecond: 10, burst: 50 },
  entries: 100,
};

const job = (jobId: string): PingAddress => ({ kind: "job", jobId });
const slug = (name: string): PingAddress => ({ kind: "slug", key: "bfp_key", slug: name, environment: null });

/** How many of `count` pings at one moment may come in. */
function taken(count: number, take: (index: number) => unknown): number {
  return Array.from({ length: count }, (_, index) => take(index)).filter((excess) => excess === null).length;
}

test("a burst comes in at once, and after it as many a second as the rate says", () => {
  const limiter = createRateLimiter(RATES);
  expect(taken(100, () => limiter.take(job("a"), "192.0.2.1", 0))).toBe(5);
  expect(limiter.take(job("a"), "192.0.2.1", 0)).toEqual({ limit: "job", afterMs: 100 });
  expect(taken(100, () => limiter.take(job("a"), "192.0.2.1", 1_000))).toBe(5);
  expect(taken(100, (index) => limiter.take(job("a"), "192.0.2.1", 1_000 + index * 10))).toBe(9);
});

test("what is refused costs nothing: whoever goes on too fast still gets the rate", () => {
  const limiter = createRateLimiter(RATES);
  expect(taken(10_000, (index) => limiter.take(job("a"), null, index))).toBe(5 + 99);
});

test("jobs have a limit each, a key one for all its slugs, and an address one for all jobs", () => {
  const limiter = createRateLimiter(RATES);
  expect(taken(100, (index) => limiter.take(slug(`job-${index}`), "192.0.2.1", 0))).toBe(20);
  expect(limiter.take(slug("other"), "192.0.2.2", 0)).toMatchObject({ limit: "key" });
  expect(taken(100, (index) => limiter.take(job(`job-${index}`), "192.0.2.1", 0))).toBe(30);
  expect(limiter.take(job("other"), "192.0.2.1", 0)).toEqual({ limit: "address", afterMs: 100 });
  expect(limiter.take(job("other"), "192.0.2.2", 0)).toBeNull();
});

test("keys that look like addresses are told apart all the same", () => {
  const limiter = createRateLimiter(RATES);
  const key = (last: string): PingAddress => ({ kind: "slug", key: `a:b:c:d:${last}`, slug: "x", environment: null });
  expect(taken(100, () => limiter.take(key("e"), null, 0))).toBe(20);
  expect(limiter.take(key("f"), null, 0)).toBeNull();
});

test("an IPv6 network of 64 bits is one client, however its addresses are written", () => {
  const limiter = createRateLimiter(RATES);
  const addresses = ["2001:db8::1", "2001:db8:0:0:1::2", "2001:db8::ffff:0:0:3", "2001:db8:0:0:5:6:7:8"];
  const from = (index: number) => addresses[index % addresses.length] ?? "";
  expect(taken(100, (index) => limiter.take(job(`job-${index}`), from(index), 0))).toBe(50);
  expect(limiter.take(job("other"), "2001:db8:0:1::1", 0)).toBeNull();
  expect(limiter.take(job("other"), "2001:db8::9", 0)).toMatchObject({ limit: "address" });
});

test("strangers who make up addresses push out each other, and not a client that is over its limit", () => {
  const limiter = createRateLimiter(RATES);
  expect(taken(100, () => limiter.take(job("a"), "192.0.2.1", 0))).toBe(5);
  for (let index = 0; index < 10_000; index += 1) {
    limiter.take(job(`guess-${index}`), `10.0.${index >> 8}.${index & 255}`, 0);
    if (index % 20 === 0) expect(limiter.take(job("a"), "192.0.2.1", 0)).toMatchObject({ limit: "job" });
  }
});

test("minute zero of 10,000 jobs behind one address, start and end at once, is far from the usual limits", () => {
  const limiter = createRateLimiter(USUAL_RATES);
  const pings = (minute: number) =>
    taken(20_000, (index) => limiter.take(slug(`job-${index % 10_000}`), "192.0.2.1", minute * 60_000));
  expect([pings(0), pings(1), pings(2)]).toEqual([20_000, 20_000, 20_000]);
});
