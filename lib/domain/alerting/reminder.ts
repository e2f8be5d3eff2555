import { DAY, type Instant, type Millis } from "../time.ts";

/** Reminders come ever more seldom, but never more seldom than this. */
const LONGEST_GAP_MS: Millis = DAY;

/**
 * When people are reminded of an open incident next: after the first gap, then twice as long each time, up to a day.
 * @param reminders how many there were. Null where nobody wants any.
 */
export function nextReminder(firstGapMs: Millis | null, reminders: number, now: Instant): Instant | null {
  if (firstGapMs === null) return null;
  return now + Math.min(firstGapMs * 2 ** Math.min(reminders, 20), Math.max(LONGEST_GAP_MS, firstGapMs));
}
