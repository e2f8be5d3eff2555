import { parseDuration } from "../domain/duration.ts";
import type { IncidentAction } from "../domain/incident-care.ts";
import { DAY, type Instant, MINUTE } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { typedText } from "./input.ts";

const LONGEST_NOTE = 4_000;
const LONGEST_SNOOZE = 90 * DAY;

/**
 * What people typed for a snooze: `for` a length of time, or `until` a time in ISO 8601 with its zone, or "success".
 * @throws AppError `invalid`
 */
export function parseSnooze(input: { for?: string; until?: string }, now: Instant): IncidentAction {
  const { for: length, until } = input;
  if (length !== undefined && until !== undefined) {
    throw new AppError("invalid", "Say either for how long or until when, not both.", "until");
  }
  if (until === "success") return { kind: "snooze", until: null };
  const end = until === undefined ? endAfter(length ?? "1h", now) : endAt(until);
  const field = until === undefined ? "for" : "until";
  if (end < now + MINUTE) throw new AppError("invalid", "A snooze lasts at least a minute.", field);
  if (end > now + LONGEST_SNOOZE) {
    throw new AppError("invalid", "A snooze lasts at most 90 days; mute the incident instead.", field);
  }
  return { kind: "snooze", until: end };
}

function endAfter(text: string, now: Instant): Instant {
  const ms = parseDuration(text);
  if (ms === null) throw new AppError("invalid", `"${text.slice(0, 60)}" is no duration; write 20m, 1h or 2d.`, "for");
  return now + ms;
}

const ISO_WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

function endAt(text: string): Instant {
  const end = ISO_WITH_ZONE.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(end)) return end;
  throw new AppError("invalid", "Write the time with its zone, such as 2026-11-22T18:00:00Z, or success.", "until");
}

/** @throws AppError `invalid` for an empty or endless text. */
export function parseNote(text: string): IncidentAction {
  const note = typedText(text);
  if (note === "") throw new AppError("invalid", "Write something first.", "note");
  if (note.length > LONGEST_NOTE) {
    throw new AppError("invalid", `A note has at most ${LONGEST_NOTE} characters; this has ${note.length}.`, "note");
  }
  return { kind: "note", text: note };
}
