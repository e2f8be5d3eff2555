import { expect, test } from "vitest";
import { createLanes, type LaneLimits } from "../../lib/checker/lanes.ts";
import { createPacer, type Pacer } from "../../lib/checker/pacer.ts";
import { eventually } from "../support/eventually.ts";

type Item = { lane: string; kind: string; name: string };

const LIMITS: LaneLimits = {
  running: 5,
  runningPerKind: 4,
  runningPerLane: 2,
  held: 20,
  heldPerKind: 12,
  heldPerLane: 6,
};

/** Lanes whose items run until they are finished by name. */
function setUp(limits: Partial<LaneLimits> = {}, pacer?: Pacer) {
  const running = new Map<string, () => void>();
  const started: string[] = [];
  const run = ({ name }: Item) => {
    started.push(name);
    return new Promise<void>((resolve) => running.set(name, resolve));
  };
  const lanes = createLanes<Item>({ ...LIMITS, ...limits }, run, pacer);
  const add = (...names: string[]) => {
    // "a1" is the first of lane a; lanes in lower case are of kind x, others of kind Y.
    for (const name of names) lanes.add({ name, lane: name.slice(0, 1), kind: /[a-z]/.test(name) ? "x" : "Y" });
  };
  const finish = async (name: string) => {
    running.get(name)?.();
    running.delete(name);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { lanes, add, finish, started, running };
}

test("a lane runs two at once, in order; others do not wait for it", async () => {
  const { add, finish, started } = setUp();
  add("a1", "a2", "a3", "b1");
  expect(started).toEqual(["a1", "a2", "b1"]);
  await finish("a2");
  expect(started).toEqual(["a1", "a2", "b1", "a3"]);
});

test("a kind and the whole have limits of their own", async () => {
  const { add, finish, started } = setUp();
  add("a1", "b1", "c1", "d1", "e1", "A1", "B1");
  expect(started).toEqual(["a1", "b1", "c1", "d1", "A1"]);
  await finish("a1");
  expect(started.at(-1)).toBe("e1");
  await finish("A1");
  expect(started.at(-1)).toBe("B1");
});

test("lanes take turns", async () => {
  const { add, finish, started } = setUp({ running: 1 });
  add("a1", "a2", "a3", "b1", "b2");
  for (const name of ["a1", "a2", "b1"]) await finish(name);
  expect(started).toEqual(["a1", "a2", "b1", "a3"]);
});

test("room is what may still be added", () => {
  const { lanes, add } = setUp();
  add("a1", "a2", "a3", "B1");
  expect(lanes.room()).toEqual({
    limit: 16,
    lanes: {
      otherwise: 6,
      named: new Map([
        ["a", 3],
        ["B", 5],
      ]),
    },
    kinds: {
      otherwise: 12,
      named: new Map([
        ["x", 9],
        ["Y", 11],
      ]),
    },
  });
});

test("a narrowed lane runs one at a time and has no room for waiting ones", async () => {
  const { lanes, add, finish, started } = setUp();
  lanes.narrow("a");
  expect(lanes.room().lanes.named.get("a")).toBe(1);
  add("a1", "a2");
  expect(started).toEqual(["a1"]);
  expect(lanes.room().lanes.named.get("a")).toBe(-1);
  await finish("a1");
  expect(started).toEqual(["a1", "a2"]);
  add("a3");
  lanes.widen("a");
  expect(started).toEqual(["a1", "a2", "a3"]);
});

test("what waits can be taken out; the rest settles", async () => {
  const { lanes, add, finish } = setUp();
  add("a1", "a2", "a3", "a4", "b1", "b2", "b3");
  expect(lanes.takeWaiting("a").map(({ name }) => name)).toEqual(["a3", "a4"]);
  expect(lanes.takeWaiting().map(({ name }) => name)).toEqual(["b3"]);
  let settled = false;
  const settling = lanes.settled().then(() => (settled = true));
  for (const name of ["a1", "a2", "b1"]) await finish(name);
  expect(settled).toBe(false);
  await finish("b2");
  await settling;
  await lanes.settled();
  expect(lanes.held()).toEqual([]);
});

test("a lane keeps its pace, and others do not wait for it", async () => {
  let now = 0;
  const pacer = createPacer((kind) => (kind === "Y" ? { count: 2, withinMs: 60_000 } : null), { now: () => now });
  const { lanes, add, finish, started } = setUp({}, pacer);
  add("A1", "A2", "A3", "B1", "a1");
  expect(started).toEqual(["A1", "A2", "B1", "a1"]);
  for (const name of ["A1", "A2"]) await finish(name);
  expect(started).not.toContain("A3");
  now = 59_999;
  await finish("B1");
  expect(started).not.toContain("A3");
  now = 60_000;
  await finish("a1");
  expect(started.at(-1)).toBe("A3");
  await finish("A3");
  await lanes.settled();
});

test("what waits for its pace begins by itself", async () => {
  const pacer = createPacer(() => ({ count: 1, withinMs: 50 }), performance);
  const { add, finish, started } = setUp({}, pacer);
  add("a1", "a2");
  await finish("a1");
  expect(started).toEqual(["a1"]);
  await eventually(() => expect(started).toEqual(["a1", "a2"]), 10_000);
});
