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
  /** As many are worth a flush beside another; fewer wait for it to end. */
  enough?: number;
  /** So long at most a flush waits, under load, for those who keep coming. */
  lingerMs?: Millis;
  maxBatch?: number;
  maxBatchWeight?: number;
  maxItems?: number;
  maxWeight?: number;
  /** Nobody is let in behind one who has waited that long: a burst fits, a load that lasts is refused before it waits. */
  longestWaitMs?: Millis;
  /** From arrival to answer, and of one flush. */
  timeLimitMs?: Millis;
  steadyNow?: () => Millis;
};

type Flight<T> = { batch: (T | null)[]; startedAt: Millis; abort: AbortController };

/** `scheduled`: its next flight begins by itself; `landed`: how many the last one took. */
type Lane<T> = { queue: T[]; flight: Flight<T> | null; scheduled: boolean; landed: number };

/** How often the time limits are looked after, and for how long a flush may hold up another lane. */
const WATCH_MS: Millis = 50;

/** Turns of the event loop without anybody new after which a flush waits no longer. */
const QUIET_TURNS = 6;

const DEFAULTS = {
  lanes: 2,
  enough: 20,
  lingerMs: 0,
  // With larger ones nobody is left to wait, and the next flush begins with those who happen to be back already.
  maxBatch: 120,
  maxBatchWeight: 8_000_000,
  maxItems: 20_000,
  maxWeight: 64_000_000,
  longestWaitMs: 1.5 * SECOND,
  timeLimitMs: 5 * SECOND,
  steadyNow: () => performance.now(),
};

/**
 * Gathers items into batches: what one turn of the event loop brings is flushed, and while that is under way whatever
 * comes until it has ended. So batches grow with the load, and nothing waits while nothing else is done. A second lane
 * works beside the first where there is enough for both: small batches cost more than they gain.
 */
export class BatchBuffer<T extends Bufferable> {
  readonly #options: Required<BufferOptions<T>>;
  readonly #lanes: Lane<T>[];
  readonly #drained: (() => void)[] = [];
  #length = 0;
  #weight = 0;
  #closing = false;
  #watch: NodeJS.Timeout | null = null;

  constructor(options: BufferOptions<T>) {
    this.#options = { ...DEFAULTS, ...options };
    const { lanes } = this.#options;
    this.#lanes = Array.from({ length: lanes }, () => ({ queue: [], flight: null, scheduled: false, landed: 0 }));
  }

  /** Items waiting or being flushed. */
  get length(): number {
    return this.#length;
  }

  /** Whether no item would be taken at all just now. */
  isShut(now: Millis): boolean {
    const { maxItems, longestWaitMs } = this.#options;
    if (this.#closing || this.#length >= maxItems) return true;
    return this.#lanes.every(({ queue }) => {
      // Not taken out of the list by a pattern, here and below: that makes an iterator for every ping.
      const first = queue[0];
      return first !== undefined && now - first.arrivedAt > longestWaitMs;
    });
  }

  /** False where the buffer is full or closing: `answer` is not called then. */
  push(item: T): boolean {
    const { maxItems, maxWeight, longestWaitMs } = this.#options;
    const lane = this.#lanes[laneOf(item.jobId, this.#lanes.length)];
    const full = this.#length >= maxItems || this.#weight + item.weight > maxWeight;
    if (this.#closing || full || lane === undefined) return false;
    const first = lane.queue[0];
    if (first !== undefined && item.arrivedAt - first.arrivedAt > longestWaitMs) return false;
    this.#length += 1;
    this.#weight += item.weight;
    lane.queue.push(item);
    if (!lane.scheduled && lane.flight === null) this.#schedule(lane);
    this.#watch ??= setInterval(() => this.#expire(), WATCH_MS);
    return true;
  }

  /** Takes no more, and resolves when everything is answered. */
  async drain(): Promise<void> {
    this.#closing = true;
    if (this.#length > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** Whoever was answered just now may have more to say: under load few flushes together cost less than many. */
  #schedule(lane: Lane<T>): void {
    const { lingerMs, enough, maxBatch, steadyNow } = this.#options;
    const until = lane.landed >= enough ? steadyNow() + lingerMs : 0;
    let length = 0;
    let quiet = 0;
    const look = (): void => {
      quiet = lane.queue.length > length ? 0 : quiet + 1;
      ({ length } = lane.queue);
      if (length < maxBatch && quiet < QUIET_TURNS && steadyNow() < until) setImmediate(look);
      else void this.#fly(lane);
    };
    lane.scheduled = true;
    setImmediate(look);
  }

  async #fly(lane: Lane<T>): Promise<void> {
    const { flush, maxBatch, maxBatchWeight, steadyNow } = this.#options;
    lane.scheduled = false;
    if (lane.flight !== null || lane.queue.length === 0 || !this.#isWorthwhile(lane)) return;
    const batch = takeBatch(lane.queue, maxBatch, maxBatchWeight);
    const flight: Flight<T> = { batch: [...batch], startedAt: steadyNow(), abort: new AbortController() };
    lane.flight = flight;
    const verdicts = await flush(batch, flight.abort.signal).catch(() => null);
    lane.flight = null;
    lane.landed = batch.length;
    flight.batch.forEach((item, index) => item !== null && this.#settle(item, verdicts?.[index] ?? "unavailable"));
    this.#flyOn(lane);
  }

  /** The lane that has waited longest goes first: it is the one after the one that landed. */
  #flyOn(landed: Lane<T>): void {
    const { lingerMs } = this.#options;
    const next = this.#lanes.indexOf(landed) + 1;
    for (const lane of [...this.#lanes.slice(next), ...this.#lanes.slice(0, next)]) {
      if (lane.scheduled) continue;
      if (lane === landed && lingerMs > 0 && lane.queue.length > 0) this.#schedule(lane);
      else void this.#fly(lane);
    }
  }

  #isWorthwhile({ queue }: Lane<T>): boolean {
    const { enough, steadyNow } = this.#options;
    if (queue.length >= enough) return true;
    const now = steadyNow();
    // One that hangs holds up nobody else.
    return this.#lanes.every(({ flight }) => flight === null || now - flight.startedAt >= WATCH_MS);
  }

  /** Lets nobody wait longer than the limit, whatever the database does. */
  #expire(): void {
    const { timeLimitMs, steadyNow } = this.#options;
    const now = steadyNow();
    const isLate = (item: T): boolean => now - item.arrivedAt >= timeLimitMs;
    for (const { queue, flight } of this.#lanes) {
      const young = queue.findIndex((item) => !isLate(item));
      for (const item of queue.splice(0, young === -1 ? queue.length : young)) this.#settle(item, "unavailable");
      if (flight === null) continue;
      flight.batch.forEach((item, index) => {
        if (item === null || !isLate(item)) return;
        flight.batch[index] = null;
        this.#settle(item, "unavailable");
      });
      // Nobody waits for it any more: what is stored now would only be sent again.
      if (flight.batch.every((item) => item === null)) flight.abort.abort();
    }
    for (const lane of this.#lanes) void this.#fly(lane);
  }

  #settle(item: T, verdict: Verdict): void {
    this.#length -= 1;
    this.#weight -= item.weight;
    this.#options.answer(item, verdict);
    if (this.#length > 0) return;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
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
