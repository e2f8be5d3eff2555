import { expect, test } from "vitest";
import { createReceivers } from "../../lib/checker/receivers.ts";
import type { Attempt } from "../../lib/delivery/attempt.ts";
import { HOUR, SECOND } from "../../lib/domain/time.ts";

const TAKEN: Attempt = { accepted: true, status: 200, answer: "ok", externalId: null };
const LATER: Attempt = { accepted: false, permanent: false, retryAfterMs: null, status: 503, answer: "", bug: null };

function setUp() {
  const time = { now: 0 };
  const receivers = createReceivers({ clock: { now: () => time.now }, random: () => 0.5 });
  const fail = (times: number) => {
    for (let index = 0; index < times; index += 1) receivers.note("a", LATER);
  };
  return { time, receivers, fail };
}

test("after five failures in a row a receiver is left alone, for longer each time, up to half a minute", () => {
  const { time, receivers, fail } = setUp();
  fail(4);
  expect(receivers.restsUntil("a")).toBeNull();
  const pauses: number[] = [];
  for (let index = 0; index < 6; index += 1) {
    fail(1);
    const until = receivers.restsUntil("a") ?? 0;
    pauses.push((until - time.now) / SECOND);
    time.now = until + 1;
  }
  expect(pauses).toEqual([5, 10, 20, 30, 30, 30]);
  expect(receivers.resting()).toEqual([]);
});

test("whoever takes a message after that is back, and may fail five times again", () => {
  const { receivers, fail } = setUp();
  fail(5);
  expect(receivers.resting()).toEqual(["a"]);
  expect(receivers.note("a", TAKEN)).toEqual({ state: "back" });
  expect(receivers.resting()).toEqual([]);
  fail(4);
  expect(receivers.resting()).toEqual([]);
  expect(receivers.note("a", TAKEN)).toEqual({ state: "fine" });
});

test("a refusal for good is an answer: somebody is there", () => {
  const { receivers, fail } = setUp();
  fail(4);
  receivers.note("a", { ...LATER, permanent: true, status: 404 });
  fail(4);
  expect(receivers.resting()).toEqual([]);
});

test("a mistake of ours says nothing of the receiver", () => {
  const { receivers, fail } = setUp();
  fail(4);
  expect(receivers.note("a", { ...LATER, bug: new Error("ours") })).toEqual({ state: "fine" });
  expect(receivers.resting()).toEqual([]);
  fail(1);
  expect(receivers.resting()).toEqual(["a"]);
});

test("a receiver's own wish is kept from its first failure on, up to an hour", () => {
  const { time, receivers } = setUp();
  receivers.note("a", { ...LATER, retryAfterMs: 90 * SECOND });
  expect(receivers.restsUntil("a")).toBe(90 * SECOND);
  receivers.note("b", { ...LATER, retryAfterMs: 24 * HOUR });
  expect(receivers.restsUntil("b")).toBe(HOUR);
  time.now = 90 * SECOND;
  expect(receivers.resting()).toEqual(["b"]);
});

test("a process that has just begun goes by what is on record", () => {
  const { time, receivers } = setUp();
  time.now = 100 * SECOND;
  expect(receivers.unknownOf(["a", "b", "a"])).toEqual(["a", "b"]);
  const onRecord = new Map([["a", { failures: 7, at: 95 * SECOND }]]);
  expect(receivers.recall(["a", "b"], onRecord)).toEqual(["a"]);
  expect(receivers.restsUntil("a")).toBe(115 * SECOND);
  expect(receivers.unknownOf(["a", "b", "c"])).toEqual(["c"]);
});
