import { SECOND, type Millis } from "../domain/time.ts";

/** How a buffered item ended. `unavailable`: it may or may not have been stored. */
export type Verdict = "stored" | "unknown-job" | "unavailable";

export type Bufferable = {
  /** Items of one job are flushed in the order in which they came. */
  readonly jobId: string;
  /** On a steady clock. */
  readonly arrivedAt: Millis;
  /** Bytes that it holds besides itself. */
  readonly weight: number;
};

export type Buffer<T> = {
  /** False where the buffer is full or closing: `answer` is not called then. */
  push(item: T): boolean;
  /** Takes no more, and resolves when everything is answered. */
  drain(): Promise<void>;
  /** Items waiting or being flushed. */
  readonly length: number;
};

export type BufferOptions<T> = {
  /**
   * Stores a batch and tells the verdict on each item; a rejection makes all of them unavailable. Aborted when it takes
   * longer than the time limit, and then has to end soon.
   */
  flush: (batch: T[], signal: AbortSignal) => Promise<Verdict[]>;
  /** Called exactly once for every item that was taken. */
  answer: (item: T, verdict: Verdict) => void;
  /** Flushes at once; a job always belongs to the same lane. */
  lanes?: number;
  maxBatch?: number;
  maxBatchWeight?: number;
  maxItems?: number;
  maxWeight?: number;
  /** From arrival to answer, and of one flush. */
  timeLimitMs?: Millis;
  steadyNow?: () => Millis;
};

type Flight<T> = { batch: (T | null)[]; startedAt: Millis; abort: AbortController };

type Lane<T> = { queue: T[]; flight: Flight<T> | null; scheduled: boolean };

const WATCH_MS: Millis = 250;

/**
 * Gathers items into batches: a lane that rests flushes what one turn of the event loop brings, a busy one whatever has
 * come until it is free again. So batches grow with the load, and nothing waits while nothing else is done.
 */
export function createBuffer<T extends Bufferable>(options: BufferOptions<T>): Buffer<T> {
  const { flush, answer, maxBatch = 200, maxBatchWeight = 8_000_000, maxItems = 20_000 } = options;
  const { maxWeight = 64_000_000, timeLimitMs = 5 * SECOND, steadyNow = () => performance.now() } = options;
  const lanes: Lane<T>[] = Array.from({ length: options.lanes ?? 2 }, () => ({
    queue: [],
    flight: null,
    scheduled: false,
  }));
  const idle: (() => void)[] = [];
  let length = 0;
  let weight = 0;
  let closing = false;
  let watch: NodeJS.Timeout | null = null;

  function settle(item: T, verdict: Verdict): void {
    length -= 1;
    weight -= item.weight;
    answer(item, verdict);
    if (length === 0) rest();
  }

  function rest(): void {
    if (watch !== null) clearInterval(watch);
    watch = null;
    for (const resolve of idle.splice(0)) resolve();
  }

  async function fly(lane: Lane<T>): Promise<void> {
    lane.scheduled = false;
    if (lane.flight !== null || lane.queue.length === 0) return;
    const batch = takeBatch(lane.queue, maxBatch, maxBatchWeight);
    const flight: Flight<T> = { batch: [...batch], startedAt: steadyNow(), abort: new AbortController() };
    lane.flight = flight;
    const verdicts = await flush(batch, flight.abort.signal).catch(() => null);
    lane.flight = null;
    flight.batch.forEach((item, index) => item !== null && settle(item, verdicts?.[index] ?? "unavailable"));
    void fly(lane);
  }

  /** Lets nobody wait longer than the limit, whatever the database does. */
  function expire(): void {
    const now = steadyNow();
    for (const { queue, flight } of lanes) {
      const late = queue.findIndex((item) => now - item.arrivedAt < timeLimitMs);
      for (const item of queue.splice(0, late === -1 ? queue.length : late)) settle(item, "unavailable");
      if (flight === null) continue;
      flight.batch.forEach((item, index) => {
        if (item === null || now - item.arrivedAt < timeLimitMs) return;
        flight.batch[index] = null;
        settle(item, "unavailable");
      });
      if (now - flight.startedAt >= timeLimitMs) flight.abort.abort();
    }
  }

  return {
    push(item) {
      const lane = lanes[laneOf(item.jobId, lanes.length)];
      if (closing || length >= maxItems || weight + item.weight > maxWeight || lane === undefined) return false;
      length += 1;
      weight += item.weight;
      lane.queue.push(item);
      if (!lane.scheduled && lane.flight === null) {
        lane.scheduled = true;
        setImmediate(fly, lane);
      }
      watch ??= setInterval(expire, WATCH_MS);
      return true;
    },
    async drain() {
      closing = true;
      if (length > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
    get length() {
      return length;
    },
  };
}

function takeBatch<T extends Bufferable>(queue: T[], maxBatch: number, maxWeight: number): T[] {
  let count = 0;
  let weight = 0;
  for (const item of queue) {
    weight += item.weight;
    if (count === maxBatch || (count > 0 && weight > maxWeight)) break;
    count += 1;
  }
  return queue.splice(0, count);
}

/** The last digits of an id are random in every version of UUID that is in use. */
function laneOf(jobId: string, lanes: number): number {
  return Number.parseInt(jobId.slice(-6), 16) % lanes;
}
