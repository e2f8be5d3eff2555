import type { CronExpression } from "cron-parser";
import { DAY, HOUR, SECOND, type Instant, type Millis } from "../time.ts";
import type { Zone } from "../zone.ts";
import type { Slots } from "./cron-slots.ts";
import { LruMap } from "./lru.ts";

/**
 * The slots of a queue that asks cron-parser for each after the one before. `zone` must be the one that `expression` was
 * parsed with, by the engine's data. `near` are the slots of the same fields: away from changes of the clock cron-parser
 * finds the same ones, twenty times slower. Around a change what it finds depends on where it comes from, so there it is
 * asked from slot to slot.
 */
export function createCronParserSlots(expression: CronExpression, zone: Zone, near: Slots): Slots {
  const strolls = new LruMap<Instant, Stroll>(4);

  function strollPast(change: Instant): Stroll {
    const known = strolls.get(change);
    if (known !== undefined) return known;
    const jump = Math.abs(zone.offsetAt(change) - zone.offsetAt(change - 1));
    const stroll = createStroll({ expression, zone, near }, { change, jump });
    strolls.set(change, stroll);
    return stroll;
  }

  return {
    next(from) {
      let after = from;
      for (let change = zone.nextTransition(from - FARTHEST); change !== null;) {
        const stroll = strollPast(change);
        const slot = near.next(after);
        if (slot !== null && slot < stroll.start) return slot;
        if (after < stroll.end && stroll.isVisited()) {
          const found = stroll.next(after);
          if (found !== null) return found;
          after = stroll.end - 1;
        }
        change = zone.nextTransition(Math.max(change, (slot ?? change) - FARTHEST));
      }
      return near.next(after);
    },
    prev(from) {
      let upTo = from;
      for (let change = zone.prevTransition(from + FARTHEST); change !== null;) {
        const stroll = strollPast(change);
        const slot = near.prev(upTo);
        if (slot !== null && slot >= stroll.end) return slot;
        if (upTo >= stroll.start && stroll.isVisited()) {
          const found = stroll.prev(upTo);
          if (found !== null) return found;
          upTo = stroll.start - 1;
        }
        change = zone.prevTransition(Math.min(change - 1, (slot ?? change) + FARTHEST));
      }
      return near.prev(upTo);
    },
  };
}

/** The slots around one change of the clock, from `start` up to before `end`. */
type Stroll = Slots & {
  start: Instant;
  end: Instant;
  /** Whether there may be any. */
  isVisited(): boolean;
};

// cron-parser may lose the whole day that a change ends, and is itself again within an hour after the repeated time.
const BEFORE: Millis = 26 * HOUR;
const AFTER: Millis = HOUR;
/** More than the time before a change and after it, with the longest jump and the way to the next slot of `near`. */
const FARTHEST: Millis = 4 * DAY;
/** So close to the slot before it is not lost. */
const CLOSE: Millis = HOUR;

/** What a walk goes by: cron-parser where it has to, and otherwise the slots that it is known to find. */
type Guide = { expression: CronExpression; zone: Zone; near: Slots };

/** Slots from `first` to `last` that are those of `near`; just one where both are the same. */
type Run = { first: Instant; last: Instant };

/** Walks on from the last slot before `start`, as far as it is asked for. */
function createStroll(guide: Guide, { change, jump }: { change: Instant; jump: Millis }): Stroll {
  const { expression, zone, near } = guide;
  const start = change - jump - BEFORE;
  const end = change + jump + AFTER;
  const calmEnd = change - jump - AFTER;
  const runs: Run[] = [];
  let tip: Instant | null = null;
  let visited: boolean | null = null;

  /** Up to where cron-parser finds the slots of `near` if it comes from `from`. */
  function sureUntil(from: Instant): Instant {
    return from < calmEnd ? Math.min(from + CLOSE, calmEnd - 1) : Math.min(endOfHour(zone, from), end) - 1;
  }

  function step(from: Instant): Run | null {
    const last = near.prev(sureUntil(from));
    if (last !== null && last > from) return { first: near.next(from) ?? last, last };
    const slot = ask(expression, from);
    return slot === null ? null : { first: slot, last: slot };
  }

  /** Finds all slots up to the first after `at`. */
  function walkBeyond(at: Instant): void {
    tip ??= near.prev(start - 1) ?? start - SECOND;
    while (tip <= at && tip < end) {
      const run = step(tip);
      if (run !== null && run.first >= start && run.first < end) runs.push(run);
      tip = run?.last ?? end;
    }
  }

  return {
    start,
    end,
    isVisited: () => (visited ??= (near.next(start - DAY) ?? Infinity) < end + DAY),
    next(from) {
      walkBeyond(from);
      const run = runs.find(({ last }) => last > from);
      if (run === undefined) return null;
      return from < run.first ? run.first : near.next(from);
    },
    prev(from) {
      walkBeyond(from);
      const run = runs.findLast(({ first }) => first <= from);
      if (run === undefined) return null;
      return from >= run.last ? run.last : near.prev(from);
    },
  };
}

/** Where the hour of the wall clock ends, or the clock is changed: cron-parser loses its way in neither's midst. */
function endOfHour(zone: Zone, at: Instant): Instant {
  const offset = zone.offsetAt(at);
  const end = (Math.floor((at + offset) / HOUR) + 1) * HOUR - offset;
  return Math.min(end, zone.nextTransition(at) ?? end);
}

/** What cron-parser answers; null where it loses its way. Whole seconds are its finest unit. */
function ask(expression: CronExpression, from: Instant): Instant | null {
  expression.reset(new Date(Math.floor(from / SECOND) * SECOND));
  try {
    const slot = expression.next().getTime();
    return slot > from ? slot : null;
  } catch {
    return null;
  }
}
