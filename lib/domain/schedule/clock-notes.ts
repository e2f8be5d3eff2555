import { DAY, HOUR, type Instant, type Millis, MINUTE } from "../time.ts";
import type { Zone } from "../zone.ts";
import type { Schedule } from "../schedule.ts";
import { monthName } from "./day-words.ts";
import type { WallClock, WallTime } from "./wall-clock.ts";
import { joined } from "./word-list.ts";

/** A sentence about what happens where the clocks are changed, and the first slot that it is about, where there is one. */
export type ClockNote = { sentence: string; slot: Instant | null };

/** A schedule with the wall times that it was written in. */
export type ReadSchedule = {
  schedule: Pick<Schedule, "next" | "prev" | "between" | "isOptional">;
  clock: WallClock;
  zone: Zone;
  /** As the subject of a sentence; null where it is not known which scheduler runs it. */
  scheduler: string | null;
  /** Whether wall times left out by a jump to `offset` are run at its end. */
  catchesUp(jump: Millis, offset: Millis): boolean;
};

/** A change of the offset at `at`, by `jump`: from `before` to `after`. */
type Change = { at: Instant; jump: Millis; before: Millis; after: Millis };

/**
 * What is out of the ordinary at the changes of the clock after `from` up to `to`: told from the slots themselves, so
 * that it is true whatever the scheduler. Nothing where the slots follow each other as always.
 */
export function clockNotes(read: ReadSchedule, from: Instant, to: Instant): ClockNote[] {
  return changesOf(read.zone, from, to).flatMap((change) => {
    const note = change.jump > 0 ? noteOfGap(read, change, from) : noteOfFold(read, change, from);
    return note === null ? [] : [note];
  });
}

function changesOf(zone: Zone, from: Instant, to: Instant): Change[] {
  const changes: Change[] = [];
  let at = zone.nextTransition(from - DAY);
  while (at !== null && at <= to) {
    const before = zone.offsetAt(at - 1);
    const after = zone.offsetAt(at);
    if (at + Math.abs(after - before) > from) changes.push({ at, jump: after - before, before, after });
    at = zone.nextTransition(at);
  }
  return changes;
}

// More slots in the hours of one change are not looked at: some schedulers take a long time to tell theirs.
const MOST_SLOTS = 16;

function noteOfGap(read: ReadSchedule, change: Change, from: Instant): ClockNote | null {
  const { schedule, clock } = read;
  const { at, jump, before, after } = change;
  const wall = clock.next(at + before - 1);
  if (wall === null || wall >= at + after) return null;
  const moved = schedule
    .between(at - 1, at + jump - 1, MOST_SLOTS)
    .filter((slot) => !isMatch(clock, slot + after) || (slot === at && read.catchesUp(jump, after)));
  const strange = moved.some((slot) => slot > at || !isMatch(clock, slot + after));
  if (!strange && !moved.some(schedule.isOptional) && keepsPace(read, change)) return null;
  const stretch = stretchWords(at + before, at + after);
  const words = movedWords(read, moved, change);
  const sentence = `${stretch} does not exist on ${dateWords(wall, from + before)}: ${words}.`;
  return { sentence, slot: moved[0] ?? null };
}

function isMatch(clock: WallClock, wall: WallTime): boolean {
  return clock.next(wall - 1) === wall;
}

function movedWords({ schedule, clock, scheduler }: ReadSchedule, moved: readonly Instant[], change: Change): string {
  const end = change.at + change.after;
  if (moved.length === 0) {
    if (scheduler !== null) return `${scheduler} leaves it out`;
    return isMatch(clock, end) ? `only the run at ${timeWords(end)} is expected` : "it is left out";
  }
  const when = timesInWords(moved.map((slot) => timeWords(slot + change.after)));
  if (moved.some(schedule.isOptional)) {
    const who = scheduler === null ? "schedulers differ, so it may run" : `${scheduler} may run it`;
    return `${who} ${when} or not at all`;
  }
  return scheduler === null ? `it runs ${when}` : `${scheduler} runs it ${when}`;
}

const MOST_TIMES = 4;

function timesInWords(times: readonly string[]): string {
  return times.length > MOST_TIMES ? `from ${times[0] ?? ""} on` : `at ${joined(times)}`;
}

function noteOfFold(read: ReadSchedule, change: Change, from: Instant): ClockNote | null {
  const { schedule, clock } = read;
  const { at, jump, before, after } = change;
  const wall = clock.next(at + after - 1);
  if (wall === null || wall >= at + before) return null;
  const first = schedule.between(at + jump - 1, at - 1, MOST_SLOTS);
  const second = schedule.between(at - 1, at - jump - 1, MOST_SLOTS);
  const slots = [...first, ...second];
  const bothTimes = first.length > 0 && second.length > 0 && !slots.some(schedule.isOptional);
  if (bothTimes && keepsPace(read, change)) return null;
  const next = clock.next(wall);
  const single = next === null || next >= at + before;
  const what = single ? timeWords(wall) : stretchWords(at + after, at + before);
  const action = slots.some(schedule.isOptional)
    ? differingPasses(read, first, second)
    : passWords(read.scheduler, first.length, second.length);
  return { sentence: `${what} comes twice on ${dateWords(wall, from + before)}: ${action}.`, slot: slots[0] ?? null };
}

function passWords(scheduler: string | null, first: number, second: number): string {
  if (first + second === 0) return scheduler === null ? "it is left out" : `${scheduler} leaves it out`;
  const runs = scheduler === null ? "it runs" : `${scheduler} runs it`;
  if (second === 0) return `${runs} the first time only`;
  if (first === 0) return `${runs} the second time only`;
  return first === second ? `${runs} both times` : `${runs} once in part, and in part twice`;
}

function differingPasses(
  { schedule: { isOptional }, scheduler }: ReadSchedule,
  first: readonly Instant[],
  second: readonly Instant[],
): string {
  const why = scheduler === null ? "schedulers differ, so a run" : `a run of ${scheduler}`;
  const firstSure = first.some((slot) => !isOptional(slot));
  const secondSure = second.some((slot) => !isOptional(slot));
  if (firstSure && secondSure) return `${why} may be left out`;
  if (firstSure) return `${why} is expected the first time and may come the second`;
  if (secondSure) return `${why} is expected the second time and may come the first`;
  return `${why} may come the first time, the second or both`;
}

/** Whether the slots around a change come as they would have come without it: then nobody need be told. */
function keepsPace({ schedule, clock }: ReadSchedule, { at, jump, before }: Change): boolean {
  const from = jump > 0 ? at : at + jump;
  const to = jump > 0 ? at + 2 * jump : at - jump;
  const slots = schedule.between(from - 1, to - 1, MOST_SLOTS);
  let wall = clock.next(from + before - 1);
  for (const slot of slots) {
    if (wall === null || slot !== wall - before) return false;
    wall = clock.next(wall);
  }
  return slots.length === MOST_SLOTS || wall === null || wall - before >= to;
}

function stretchWords(from: WallTime, to: WallTime): string {
  return `The ${to - from === HOUR ? "hour" : "time"} from ${timeWords(from)} to ${timeWords(to)}`;
}

/** "02:30", "00:00:36". */
function timeWords(wall: WallTime): string {
  const iso = new Date(wall).toISOString();
  return wall % MINUTE === 0 ? iso.slice(11, 16) : iso.slice(11, 19);
}

/** "1 November", with the year where it is not the present one. */
function dateWords(wall: WallTime, now: WallTime): string {
  const date = new Date(wall);
  const words = `${date.getUTCDate()} ${monthName(date.getUTCMonth() + 1)}`;
  const year = date.getUTCFullYear();
  return year === new Date(now).getUTCFullYear() ? words : `${words} ${year}`;
}
