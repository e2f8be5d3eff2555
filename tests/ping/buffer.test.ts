import { describe, expect, it } from "vitest";
import { BatchBuffer, type BufferOptions, type Verdict } from "../../lib/ping/buffer.ts";
import { createCache } from "../../lib/ping/cache.ts";
import { eventually } from "../support/eventually.ts";

type Item = { jobId: string; arrivedAt: number; weight: number; name: string };

const A = "00000000-0000-4000-8000-000000000000";
const B = "00000000-0000-4000-8000-000000000001";

const item = (name: string, fields: Partial<Item> = {}): Item => ({
  jobId: A,
  arrivedAt: 0,
  weight: 0,
  name,
  ...fields,
});

/** A buffer whose flushes are ended by the test. */
function makeBuffer(options: Omit<BufferOptions<Item>, "flush" | "answer"> = {}) {
  const flights: { names: string[]; signal: AbortSignal; land: (verdicts: Verdict[] | Error) => void }[] = [];
  const answers: string[] = [];
  const buffer = new BatchBuffer<Item>({
    steadyNow: () => 0,
    ...options,
    flush: (batch, signal) =>
      new Promise((resolve, reject) => {
        const land = (verdicts: Verdict[] | Error) =>
          verdicts instanceof Error ? reject(verdicts) : resolve(verdicts);
        flights.push({ names: batch.map(({ name }) => name), signal, land });
      }),
    answer: ({ name }, verdict) => answers.push(`${name} ${verdict}`),
  });
  return { buffer, flights, answers };
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe("the buffer", () => {
  it("flushes what one turn brings together, and the rest when the lane is free again", async () => {
    const { buffer, flights, answers } = makeBuffer();
    for (const name of ["a", "b"]) buffer.push(item(name));
    await turn();
    for (const name of ["c", "d", "e"]) buffer.push(item(name));
    await turn();
    expect(flights.map(({ names }) => names)).toEqual([["a", "b"]]);
    flights[0]?.land(["stored", "unknown-job"]);
    await turn();
    expect(answers).toEqual(["a stored", "b unknown-job"]);
    expect(flights[1]?.names).toEqual(["c", "d", "e"]);
  });

  it("waits under load for those who keep coming, and no longer once nobody does", async () => {
    const { buffer, flights } = makeBuffer({ enough: 2, lingerMs: 1 });
    for (const name of ["a", "b"]) buffer.push(item(name));
    await turn();
    buffer.push(item("c"));
    flights[0]?.land(["stored", "stored"]);
    for (const name of ["d", "e", "f"]) {
      await turn();
      buffer.push(item(name));
      expect(flights).toHaveLength(1);
    }
    await eventually(() => expect(flights[1]?.names).toEqual(["c", "d", "e", "f"]), 5_000);
  });

  it("waits for nobody where few come, where it has waited its time, and where the batch is full", async () => {
    const few = makeBuffer({ enough: 3, lingerMs: 1 });
    let now = 0;
    const late = makeBuffer({ enough: 1, lingerMs: 1, steadyNow: () => (now += 1) });
    const full = makeBuffer({ enough: 1, lingerMs: 1, maxBatch: 2 });
    for (const { buffer, flights } of [few, late, full]) {
      for (const name of ["a", "b"]) buffer.push(item(name));
      await turn();
      for (const name of ["c", "d"]) buffer.push(item(name));
      flights[0]?.land(["stored", "stored"]);
      await turn();
      await turn();
      expect(flights[1]?.names).toEqual(["c", "d"]);
    }
  });

  it("keeps jobs of different lanes apart, and one job in order", async () => {
    const { buffer, flights } = makeBuffer({ maxBatch: 2, enough: 1 });
    for (const name of ["a", "b", "c"]) buffer.push(item(name));
    buffer.push(item("x", { jobId: B }));
    await turn();
    expect(flights.map(({ names }) => names)).toEqual([["a", "b"], ["x"]]);
    flights[0]?.land(["stored", "stored"]);
    await turn();
    expect(flights[2]?.names).toEqual(["c"]);
  });

  it("lets a second lane work beside the first only where there is enough for both", async () => {
    const { buffer, flights } = makeBuffer({ enough: 2 });
    buffer.push(item("a"));
    await turn();
    buffer.push(item("x", { jobId: B }));
    await turn();
    expect(flights.map(({ names }) => names)).toEqual([["a"]]);
    buffer.push(item("y", { jobId: B }));
    await turn();
    expect(flights.map(({ names }) => names)).toEqual([["a"], ["x", "y"]]);
  });

  it("lets the lane that waited go first when the other has landed", async () => {
    const { buffer, flights } = makeBuffer({ enough: 10 });
    buffer.push(item("a"));
    await turn();
    buffer.push(item("b"));
    buffer.push(item("x", { jobId: B }));
    await turn();
    flights[0]?.land(["stored"]);
    await turn();
    expect(flights.map(({ names }) => names)).toEqual([["a"], ["x"]]);
    flights[1]?.land(["stored"]);
    await turn();
    expect(flights[2]?.names).toEqual(["b"]);
  });

  it("refuses when it is full, by number or by weight", () => {
    const { buffer } = makeBuffer({ maxItems: 2, maxWeight: 100 });
    expect(buffer.push(item("a", { weight: 60 }))).toBe(true);
    expect(buffer.push(item("b", { weight: 60 }))).toBe(false);
    expect(buffer.push(item("c", { weight: 40 }))).toBe(true);
    expect(buffer.push(item("d"))).toBe(false);
    expect(buffer.length).toBe(2);
  });

  it("lets nobody in behind one who has waited too long", async () => {
    const { buffer } = makeBuffer({ longestWaitMs: 100, maxBatch: 1, lanes: 1 });
    expect(buffer.push(item("flying"))).toBe(true);
    await turn();
    expect(buffer.push(item("first", { arrivedAt: 10 }))).toBe(true);
    expect(buffer.push(item("in time", { arrivedAt: 110 }))).toBe(true);
    expect(buffer.isShut(110)).toBe(false);
    expect(buffer.push(item("too late", { arrivedAt: 111 }))).toBe(false);
    expect(buffer.isShut(111)).toBe(true);
  });

  it("tells everybody of a batch that failed", async () => {
    const { buffer, flights, answers } = makeBuffer();
    for (const name of ["a", "b"]) buffer.push(item(name));
    await turn();
    flights[0]?.land(new Error("away"));
    await turn();
    expect(answers).toEqual(["a unavailable", "b unavailable"]);
  });

  it("lets nobody wait longer than the limit, in flight or before, and answers each once", async () => {
    let now = 0;
    const { buffer, flights, answers } = makeBuffer({ steadyNow: () => now, longestWaitMs: Infinity });
    buffer.push(item("flying"));
    await turn();
    buffer.push(item("waiting"));
    buffer.push(item("young", { arrivedAt: 4_000 }));
    now = 5_000;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(answers.toSorted()).toEqual(["flying unavailable", "waiting unavailable"]);
    expect(flights[0]?.signal.aborted).toBe(true);
    flights[0]?.land(["stored"]);
    await turn();
    expect(flights[1]?.names).toEqual(["young"]);
    flights[1]?.land(["stored"]);
    await turn();
    expect(answers).toHaveLength(3);
    expect(buffer.length).toBe(0);
  });

  it("takes no more when it drains, and waits for what it has", async () => {
    const { buffer, flights, answers } = makeBuffer();
    buffer.push(item("a"));
    await turn();
    buffer.push(item("b"));
    const drained = buffer.drain().then(() => answers.push("drained"));
    expect(buffer.push(item("c"))).toBe(false);
    flights[0]?.land(["stored"]);
    await turn();
    flights[1]?.land(["stored"]);
    await drained;
    expect(answers).toEqual(["a stored", "b stored", "drained"]);
  });
});

describe("the cache", () => {
  it("holds about as many as it may, those asked for last", () => {
    const cache = createCache<number>({ size: 10, ttlMs: 1_000 });
    cache.set("kept", 0, 0);
    for (let key = 0; key < 100; key++) {
      cache.set(String(key), key, 0);
      expect(cache.get("kept", 0)).toBe(0);
    }
    expect(cache.get("99", 0)).toBe(99);
    expect(cache.get("50", 0)).toBeUndefined();
  });

  it("forgets what is too old, what it is told to, and everything", () => {
    const cache = createCache<number>({ size: 100, ttlMs: 1_000 });
    for (let key = 0; key < 60; key++) cache.set(String(key), key, 0);
    expect([cache.get("1", 999), cache.get("1", 1_000)]).toEqual([1, undefined]);
    cache.forget((_, value) => value % 2 === 0);
    expect([cache.get("2", 0), cache.get("58", 0), cache.get("3", 0)]).toEqual([undefined, undefined, 3]);
    cache.delete("3");
    cache.clear();
    expect([cache.get("3", 0), cache.get("5", 0)]).toEqual([undefined, undefined]);
  });
});
