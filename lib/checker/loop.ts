import { setTimeout as timeout } from "node:timers/promises";
import type { Instant, Millis } from "../domain/time.ts";
import { SECOND } from "../domain/time.ts";
import type { Logger } from "../log.ts";

/** Work that is done again and again: when it is due, when it is woken, and at every poll. */
export type Loop = {
  readonly name: string;
  start(): void;
  /** Asks for a turn at `at`, without it at once. A wake-up during a turn leads to another turn. */
  wake(at?: Instant): void;
  /** Tells the running turn to end, and waits until it has. No turn begins afterwards. */
  stop(): Promise<void>;
  /** When the last turn ended well; before the first one: when the loop was made. */
  lastTurnAt(): Instant;
};

/** Waits `ms` or until the signal aborts; never rejects. */
export type Sleep = (ms: Millis, signal: AbortSignal) => Promise<void>;

export type LoopOptions = {
  name: string;
  /** One turn; answers when the next one is due, null where only a wake-up or the poll brings one. */
  turn: (signal: AbortSignal) => Promise<Instant | null>;
  clock: { now(): Instant };
  log: Logger;
  /** The longest rest between two turns; also the cap of the back-off after failures. */
  pollMs?: Millis;
  sleep?: Sleep;
};

const FIRST_BACK_OFF: Millis = 250;

/** A loop that never ends by itself: a turn that throws is logged and tried again after a growing pause. */
export function createLoop({ name, turn, clock, log, pollMs = 5 * SECOND, sleep = sleepOrAbort }: LoopOptions): Loop {
  const stopping = new AbortController();
  let alarm = new AbortController();
  let running: Promise<void> | null = null;
  let wantedAt: Instant = -Infinity;
  let lastTurnAt = clock.now();

  async function run(): Promise<void> {
    let failures = 0;
    let dueAt = clock.now();
    while (!stopping.signal.aborted) {
      // A wake-up must not shorten the pause after a failure, or a database that is away would be hammered.
      await restUntil(() => (failures > 0 ? dueAt : Math.min(dueAt, wantedAt)));
      if (stopping.signal.aborted) return;
      wantedAt = Infinity;
      try {
        const next = await turn(stopping.signal);
        failures = 0;
        lastTurnAt = clock.now();
        dueAt = Math.min(next ?? Infinity, lastTurnAt + pollMs);
      } catch (error) {
        failures += 1;
        const pauseMs = Math.min(pollMs, FIRST_BACK_OFF * 2 ** Math.min(failures - 1, 20));
        dueAt = clock.now() + pauseMs;
        if (!stopping.signal.aborted) log.error({ err: error, loop: name, failures, pauseMs }, "A turn failed");
      }
    }
  }

  async function restUntil(target: () => Instant): Promise<void> {
    for (;;) {
      alarm = new AbortController();
      const restMs = target() - clock.now();
      if (restMs <= 0 || stopping.signal.aborted) return;
      await sleep(restMs, alarm.signal);
    }
  }

  return {
    name,
    start() {
      running ??= run();
    },
    wake(at = clock.now()) {
      if (at >= wantedAt) return;
      wantedAt = at;
      alarm.abort();
    },
    async stop() {
      stopping.abort();
      alarm.abort();
      await running;
    },
    lastTurnAt: () => lastTurnAt,
  };
}

const sleepOrAbort: Sleep = async (ms, signal) => {
  await timeout(ms, undefined, { signal }).catch(() => undefined);
};
