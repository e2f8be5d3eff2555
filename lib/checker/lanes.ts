import type { Pacer } from "./pacer.ts";

/** What goes through lanes: one lane a receiver, and a kind whose lanes share their fate. */
export type LaneItem = { readonly lane: string; readonly kind: string };

export type LaneLimits = {
  /** At work at once: in all, of one kind, in one lane. */
  running: number;
  runningPerKind: number;
  runningPerLane: number;
  /** Taken, at work or waiting. */
  held: number;
  heldPerKind: number;
  heldPerLane: number;
};

/** How much more may be added: in all, and by lane and kind; those that are not named have `otherwise`. */
export type LaneRoom = {
  limit: number;
  lanes: { otherwise: number; named: Map<string, number> };
  kinds: { otherwise: number; named: Map<string, number> };
};

export type Lanes<T extends LaneItem> = {
  add(item: T): void;
  /** Takes out what waits, of one lane or of all. */
  takeWaiting(lane?: string): T[];
  held(): readonly T[];
  room(): LaneRoom;
  /** One at a time, and none waiting, until `widen`: the receiver is in trouble. */
  narrow(lane: string): void;
  widen(lane: string): void;
  /** Resolves when nothing is at work or waiting. */
  settled(): Promise<void>;
};

const UNPACED: Pacer = { waitMs: () => 0, began: () => undefined };

/**
 * Runs items side by side within limits and at the pace of their lanes: first in, first out in a lane, and lanes take
 * turns. `run` never rejects.
 */
export function createLanes<T extends LaneItem>(
  limits: LaneLimits,
  run: (item: T) => Promise<void>,
  pacer: Pacer = UNPACED,
): Lanes<T> {
  const waiting = new Map<string, T[]>();
  const running = new Set<T>();
  const perLane = createCounts();
  const perKind = createCounts();
  const narrowed = new Set<string>();
  let whenSettled: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  function mayStart({ lane, kind }: T): boolean {
    const width = narrowed.has(lane) ? 1 : limits.runningPerLane;
    return perLane.of(lane) < width && perKind.of(kind) < limits.runningPerKind;
  }

  /** Starts the first item of the first lane that may; its lane goes to the end of the line. */
  function startOne(): boolean {
    clearTimeout(timer);
    if (running.size >= limits.running) return false;
    let soonestMs = Infinity;
    for (const [lane, queue] of waiting) {
      const [item] = queue;
      if (item === undefined || !mayStart(item)) continue;
      const waitMs = pacer.waitMs(item);
      soonestMs = Math.min(soonestMs, waitMs);
      if (waitMs > 0) continue;
      queue.shift();
      waiting.delete(lane);
      if (queue.length > 0) waiting.set(lane, queue);
      start(item);
      return true;
    }
    if (soonestMs < Infinity) timer = setTimeout(startNext, soonestMs);
    return false;
  }

  function start(item: T): void {
    running.add(item);
    pacer.began(item);
    perLane.add(item.lane, 1);
    perKind.add(item.kind, 1);
    void run(item).finally(() => {
      running.delete(item);
      perLane.add(item.lane, -1);
      perKind.add(item.kind, -1);
      startNext();
    });
  }

  function startNext(): void {
    while (startOne());
    if (running.size > 0 || waiting.size > 0) return;
    for (const resolve of whenSettled) resolve();
    whenSettled = [];
  }

  const held = (): T[] => [...running, ...[...waiting.values()].flat()];

  return {
    held,
    add(item) {
      const queue = waiting.get(item.lane);
      if (queue === undefined) waiting.set(item.lane, [item]);
      else queue.push(item);
      startNext();
    },
    takeWaiting(lane) {
      const taken = takeOut(waiting, lane);
      startNext();
      return taken;
    },
    room: () => roomBeside(held(), limits, narrowed),
    narrow: (lane) => void narrowed.add(lane),
    widen(lane) {
      narrowed.delete(lane);
      startNext();
    },
    settled() {
      if (running.size === 0 && waiting.size === 0) return Promise.resolve();
      return new Promise((resolve) => whenSettled.push(resolve));
    },
  };
}

function takeOut<T>(waiting: Map<string, T[]>, lane: string | undefined): T[] {
  const taken = lane === undefined ? [...waiting.values()].flat() : (waiting.get(lane) ?? []);
  if (lane === undefined) waiting.clear();
  else waiting.delete(lane);
  return taken;
}

function roomBeside(held: readonly LaneItem[], limits: LaneLimits, narrowed: ReadonlySet<string>): LaneRoom {
  const lanes = new Map([...narrowed].map((lane) => [lane, 1]));
  const kinds = new Map<string, number>();
  for (const { lane, kind } of held) {
    lanes.set(lane, (lanes.get(lane) ?? limits.heldPerLane) - 1);
    kinds.set(kind, (kinds.get(kind) ?? limits.heldPerKind) - 1);
  }
  return {
    limit: limits.held - held.length,
    lanes: { otherwise: limits.heldPerLane, named: lanes },
    kinds: { otherwise: limits.heldPerKind, named: kinds },
  };
}

function createCounts(): { of(name: string): number; add(name: string, change: number): void } {
  const counts = new Map<string, number>();
  const of = (name: string): number => counts.get(name) ?? 0;
  return {
    of,
    add(name, change) {
      const count = of(name) + change;
      if (count === 0) counts.delete(name);
      else counts.set(name, count);
    },
  };
}
