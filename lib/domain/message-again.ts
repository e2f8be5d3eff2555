import { formatDuration } from "./duration.ts";
import { cleanLine } from "./message-text.ts";
import { clockIn, dayIn, zoneName } from "./message-time.ts";
import { isGone, WORDS } from "./message-verdict.ts";
import type { IncidentInput } from "./message.ts";
import type { Instant } from "./time.ts";

type Again = Pick<IncidentInput, "facts" | "job" | "at">;

/** Why people are told once more of what they know: a snooze is over, nobody looks after it, or somebody does for long. */
export function reminderReasons({ facts, job, at }: Again): string[] {
  const { reminder } = facts;
  if (reminder === undefined) return ["It is still open."];
  const { nth, snoozedUntil, acknowledgedAt, acknowledgedBy } = reminder;
  const when = (then: Instant) => momentOf(then, { at, timeZone: job.timeZone });
  if (snoozedUntil !== null) return [`The snooze ended at ${when(snoozedUntil)}, and it is still open.`];
  if (acknowledgedAt !== null) {
    const who = cleanLine(acknowledgedBy ?? "", 100) || "Somebody";
    return [`${who} acknowledged it at ${when(acknowledgedAt)}, and it is still open.`];
  }
  return [
    nth > 1
      ? `It is still open, and nobody has acknowledged it: this is reminder ${nth}.`
      : "It is still open, and nobody has acknowledged it.",
  ];
}

/** What was wrong before, and since when: the trouble is the same one. */
export function changeReasons({ facts, job, at }: Again): string[] {
  const { earlierCauses = [] } = facts;
  if (earlierCauses.length === 0) return [];
  const before = earlierCauses.map((cause) => WORDS[cause]).join(", then ");
  return [`It was ${before} before, since ${momentOf(facts.openedAt, { at, timeZone: job.timeZone })}.`];
}

/** That it fails and recovers again and again, and what is told from now on. */
export function unstableReasons({ facts, job, at }: Again): string[] {
  const { unstable } = facts;
  const often =
    unstable === undefined
      ? "It fails and recovers again and again."
      : `It got into trouble ${unstable.openings} times since ${momentOf(unstable.since, { at, timeZone: job.timeZone })}, and recovered in between.`;
  return [
    often,
    "Single failures and recoveries are not told any more until it is stable again; if it stays down, you will hear of it.",
  ];
}

export function stableReasons({ facts, job, at }: Again): string[] {
  const { unstable } = facts;
  if (isGone(facts)) return ["Somebody deleted the job. It was unstable."];
  const over =
    unstable === undefined
      ? "It has not failed for a while."
      : `It was unstable since ${momentOf(unstable.since, { at, timeZone: job.timeZone })}, for ${formatDuration(at - unstable.since)}, and has not failed for a while.`;
  return [over, "Failures are told as usual again."];
}

/** `02:00 (Europe/Riga)`, with the day where it is another one than now. */
function momentOf(then: Instant, { at, timeZone }: { at: Instant; timeZone: string }): string {
  const clock = `${clockIn(then, timeZone)} (${zoneName(timeZone)})`;
  const day = dayIn(then, timeZone);
  return day === dayIn(at, timeZone) ? clock : `${clock} on ${day}`;
}
