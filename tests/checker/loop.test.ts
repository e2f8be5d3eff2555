import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { createLoop, type Loop, type LoopOptions, type Sleep } from "../../lib/checker/loop.ts";

/** Time that moves only when the loop rests: every rest ends at once, and the clock stands where it would have ended. */
function virtualTime() {
  let now = 1_000_000;
  const rests: number[] = [];
  const sleep: Sleep = async (ms, signal) => {
    rests.push(ms);
    await new Promise((resolve) => setImmediate(resolve));
    if (!signal.aborted) now += ms;
  };
  return { clock: { now: () => now }, sleep, rests };
}

const loops: Loop[] = [];
afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.stop()));
});

function start(options: Pick<LoopOptions, "turn"> & Partial<LoopOptions>): Loop {
  const loop = createLoop({ name: "test", clock: Date, log: pino({ level: "silent" }), ...options });
  loops.push(loop);
  loop.start();
  return loop;
}

/** A turn that is counted; `reached(n)` resolves once the n-th has ended. */
function counted(turn: (nth: number, signal: AbortSignal) => Promise<number | null>) {
  let turns = 0;
  const waiting: { nth: number; resolve: () => void }[] = [];
  return {
    count: () => turns,
    turn: async (signal: AbortSignal) => {
      turns += 1;
      try {
        return await turn(turns, signal);
      } finally {
        for (const waiter of waiting) if (waiter.nth === turns) setImmediate(waiter.resolve);
      }
    },
    reached: (nth: number) => new Promise<void>((resolve) => waiting.push({ nth, resolve })),
  };
}

test("it turns at once, then at the instant the turn asked for, and never rests longer than the poll", async () => {
  const { clock, sleep, rests } = virtualTime();
  const work = counted(async (nth) => (nth === 1 ? clock.now() + 1_200 : nth === 2 ? clock.now() + 60_000 : null));
  const reached = work.reached(4);
  const loop = start({ turn: work.turn, clock, sleep });
  await reached;
  await loop.stop();
  expect(rests.slice(0, 3)).toEqual([1_200, 5_000, 5_000]);
});

test("a wake-up brings a turn at once, one during a turn brings another", async () => {
  const held: (() => void)[] = [];
  const work = counted(async (nth) => {
    if (nth === 1) await new Promise<void>((resolve) => held.push(resolve));
    return null;
  });
  const second = work.reached(2);
  const loop = start({ turn: work.turn, pollMs: 60_000 });
  await new Promise((resolve) => setImmediate(resolve));
  loop.wake();
  held[0]?.();
  await second;
  const third = work.reached(3);
  await new Promise((resolve) => setImmediate(resolve));
  loop.wake();
  await third;
  expect(work.count()).toBe(3);
});

test("a wake-up for later waits until then, an earlier one wins", async () => {
  const rests: number[] = [];
  const sleep: Sleep = (ms, signal) => {
    rests.push(ms);
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  };
  const work = counted(async () => null);
  const first = work.reached(1);
  const loop = start({ turn: work.turn, clock: { now: () => 1_000_000 }, sleep });
  await first;
  for (const inMs of [3_000, 700, 4_000]) {
    loop.wake(1_000_000 + inMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(rests).toEqual([5_000, 3_000, 700]);
  expect(work.count()).toBe(1);
});

test("a turn that throws is tried again after a growing pause, which a wake-up does not shorten", async () => {
  const { clock, sleep, rests } = virtualTime();
  const work = counted(async (nth) => {
    if (nth <= 7) throw new Error("the database is away");
    return null;
  });
  const eighth = work.reached(8);
  const loop = start({ turn: work.turn, clock, sleep });
  loop.wake();
  await eighth;
  await loop.stop();
  expect(rests.slice(0, 7)).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("only a turn that ended well counts as the last one", async () => {
  const { clock, sleep } = virtualTime();
  const made = clock.now();
  const work = counted(async (nth) => {
    if (nth < 3) throw new Error("not yet");
    return null;
  });
  const second = work.reached(2);
  const third = work.reached(3);
  const loop = start({ turn: work.turn, clock, sleep });
  await second;
  expect(loop.lastTurnAt()).toBe(made);
  await third;
  expect(loop.lastTurnAt()).toBeGreaterThan(made);
});

test("stop tells the running turn, waits for it, and no turn follows", async () => {
  let ended = false;
  const work = counted(async (_nth, signal) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await new Promise((resolve) => setImmediate(resolve));
    ended = true;
    return null;
  });
  const loop = start({ turn: work.turn });
  await new Promise((resolve) => setImmediate(resolve));
  await loop.stop();
  expect(ended).toBe(true);
  loop.wake();
  await new Promise((resolve) => setImmediate(resolve));
  expect(work.count()).toBe(1);
});

test("a loop that was never started stops at once", async () => {
  await createLoop({ name: "idle", turn: async () => null, clock: Date, log: pino({ level: "silent" }) }).stop();
});
