import type { Schedule } from "../schedule.ts";
import type { Instant } from "../time.ts";
import { calmAround, isWithin } from "./union-slots.ts";

/** Slots in a row, none of which may stay empty. */
export type SlotStretch = { count: number; last: Instant };

/**
 * The slots from `first` up to `to`, but before one that may stay empty; null where `first` is such a one. Away from
 * changes of the clock they are counted and not looked at, so that a week of seconds costs no more than one of them.
 */
export function stretchFrom(schedule: Schedule, first: Instant, to: Instant): SlotStretch | null {
  if (schedule.kind === "interval") return stretchOfInterval(schedule, first, to);
  let [count, last] = [0, first];
  for (let slot: Instant | null = first; slot !== null && slot <= to; slot = schedule.next(last)) {
    if (schedule.isOptional(slot)) break;
    const calm = calmStretch(schedule, slot, to);
    count += calm?.count ?? 1;
    last = calm?.last ?? slot;
  }
  return count === 0 ? null : { count, last };
}

function stretchOfInterval(schedule: Schedule, first: Instant, to: Instant): SlotStretch | null {
  const every = (schedule.next(first) ?? first) - first;
  const more = Math.floor((to - first) / every);
  return more < 0 ? null : { count: more + 1, last: first + more * every };
}

/** The slots from `slot` up to `to` and to where the clock is changed next; null where they have to be looked at. */
function calmStretch({ clock, zone, ...slots }: Schedule, slot: Instant, to: Instant): SlotStretch | null {
  if (clock === null || zone === null) return null;
  const calm = calmAround(zone, slot);
  if (!isWithin(calm, slot)) return null;
  const end = Math.min(to, calm.to - 1);
  const offset = zone.offsetAt(slot);
  return { count: clock.count(slot - 1 + offset, end + offset), last: slots.prev(end) ?? slot };
}
