import type { CronExpression } from "cron-parser";
import { DAY, HOUR, SECOND, type Instant, type Millis } from "../time.ts";
import type { Zone } from "../zone.ts";
import type { Slots } from "./cron-slots.ts";

// As for our own slots: outside these years the rules of zones are guesswork.
const EARLIEST = Date.UTC(1901, 0, 1);
const LATEST = Date.UTC(2499, 0, 1);

/**
 * The slots that cron-parser finds, each looked for from the one before, as a queue does. `zone` must be the one that
 * `expression` was parsed with, by the engine's data; `near` are slots that lie at most hours away from cron-parser's and
 * are found much faster, which tell where to look.
 */
export function createCronParserSlots(expression: CronExpression, zone: Zone, near: Slots): Slots {
  let known: { from: Instant; slot: Instant } | null = null;

  /** What cron-parser answers; whole seconds are its finest unit. */
  function ask(from: Instant): Instant | null {
    expression.reset(new Date(Math.floor(from / SECOND) * SECOND));
    try {
      const slot = expression.next().getTime();
      return slot > from && slot <= LATEST ? slot : null;
    } catch {
      return null;
    }
  }

  /** The same where changes of the clock lie between: what it finds there depends on whether it comes from before. */
  function askAcross(from: Instant): Instant | null {
    const slot = ask(from);
    if (slot === null) return null;
    for (let at = zone.nextTransition(from); at !== null && at <= slot; at = zone.nextTransition(at)) {
      const first = isNear(at, near) ? ask(at - SECOND) : null;
      if (first !== null && first < slot) return first;
    }
    return slot;
  }

  function find(from: Instant): Instant | null {
    const change = zone.prevTransition(from);
    if (change === null || from >= change + Math.abs(jumpAt(change, zone))) return askAcross(from);
    let slot = ask(change - SECOND);
    while (slot !== null && slot <= from) slot = askAcross(slot);
    return slot;
  }

  function next(from: Instant): Instant | null {
    if (from < EARLIEST || from > LATEST) return null;
    if (known !== null && from >= known.from && from < known.slot) return known.slot;
    const slot = find(from);
    if (slot !== null) known = { from, slot };
    return slot;
  }

  return { next, prev: (from) => lastUpTo(from, next, near.prev(from) ?? from) };
}

const NEAR: Millis = DAY;

function isNear(at: Instant, { next }: Slots): boolean {
  const slot = next(at - NEAR);
  return slot !== null && slot <= at + NEAR;
}

function jumpAt(change: Instant, zone: Zone): Millis {
  return zone.offsetAt(change) - zone.offsetAt(change - 1);
}

const FURTHEST_BACK: Millis = 41 * 366 * DAY;

/** The last slot at or before `from`, by `next` alone: looks back from about `near` on, and then halves the stretch. */
function lastUpTo(from: Instant, next: Slots["next"], near: Instant): Instant | null {
  const upTo = (at: Instant): Instant | null => {
    const slot = next(at);
    return slot !== null && slot <= from ? slot : null;
  };
  let last: Instant | null = null;
  for (let back: Millis = HOUR; last === null && back < 8 * FURTHEST_BACK; back *= 8) last = upTo(near - back);
  if (last === null) return null;
  last = upTo(last) ?? last;
  if (upTo(last) === null) return last;
  let end = from;
  while (end - last > SECOND) {
    const middle = last + Math.ceil((end - last) / 2);
    const slot = upTo(middle);
    if (slot === null) end = middle;
    else last = slot;
  }
  return last;
}
