import { nextReminder } from "./alerting/reminder.ts";
import { DAY, type Instant, type Millis } from "./time.ts";

/** What people do about an incident. A snooze `until` null lasts until the next success, which ends the incident. */
export type IncidentAction =
  | { kind: "acknowledge" | "unacknowledge" | "unsnooze" | "mute" | "unmute" }
  | { kind: "snooze"; until: Instant | null }
  | { kind: "note"; text: string };

/** The lines that people leave in a timeline. */
export type CareEventKind = "acknowledged" | "unacknowledged" | "snoozed" | "unsnoozed" | "muted" | "unmuted" | "note";

/** What people have done about an incident, and when they are reminded of it. */
export type IncidentCare = {
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
  snoozedUntil: Instant | null;
  snoozedUntilSuccess: boolean;
  mutedAt: Instant | null;
  remindAt: Instant | null;
};

/** What else is known of it. */
export type CareFacts = {
  open: boolean;
  reminders: number;
  /** After how long the project's first reminder comes; null: none. */
  remindAfterMs: Millis | null;
  /** Somebody did not hear of its alarm, as people looked after the incident when it was to leave, nor anything since. */
  untold: boolean;
};

/** Who did it, as it reads after "by", and when. */
export type CareMoment = { by: string; now: Instant };

/** Somebody looks after it: the next reminder comes a day later. */
export const ACKNOWLEDGED_MS: Millis = DAY;

/**
 * What an action makes of an incident; null where there is nothing left to do, also because it is over. Notes may be added
 * at any time and change nothing.
 */
export function careAfter(
  care: IncidentCare,
  action: IncidentAction,
  facts: CareFacts,
  moment: CareMoment,
): { care: IncidentCare; event: CareEventKind } | null {
  if (action.kind === "note") return { care, event: "note" };
  if (!facts.open) return null;
  const { now } = moment;
  switch (action.kind) {
    case "acknowledge":
      return care.acknowledgedAt === null ? { care: acknowledged(care, facts, moment), event: "acknowledged" } : null;
    case "unacknowledge":
      if (care.acknowledgedAt === null) return null;
      return {
        care: reminded({ ...care, acknowledgedAt: null, acknowledgedBy: null }, facts, now),
        event: "unacknowledged",
      };
    case "snooze":
      return isSnoozed(care, action.until) ? null : { care: snoozed(care, action.until), event: "snoozed" };
    case "unsnooze":
      return isAwake(care) ? null : { care: woken(care, facts, now), event: "unsnoozed" };
    case "mute":
      return care.mutedAt === null
        ? { care: { ...care, ...AWAKE, mutedAt: now, remindAt: null }, event: "muted" }
        : null;
    case "unmute":
      return care.mutedAt === null
        ? null
        : { care: reminded({ ...care, mutedAt: null }, facts, now), event: "unmuted" };
  }
}

const AWAKE = { snoozedUntil: null, snoozedUntilSuccess: false } as const;

function isAwake({ snoozedUntil, snoozedUntilSuccess }: IncidentCare): boolean {
  return snoozedUntil === null && !snoozedUntilSuccess;
}

function isSnoozed({ snoozedUntil, snoozedUntilSuccess }: IncidentCare, until: Instant | null): boolean {
  return until === null ? snoozedUntilSuccess : snoozedUntil === until;
}

function acknowledged(care: IncidentCare, { remindAfterMs }: CareFacts, { by, now }: CareMoment): IncidentCare {
  const known = { ...care, acknowledgedAt: now, acknowledgedBy: by };
  // When a snooze ends, or that a mute does not, was somebody's wish as well.
  if (!isAwake(care) || care.mutedAt !== null || remindAfterMs === null) return known;
  return { ...known, remindAt: Math.max(care.remindAt ?? 0, now + ACKNOWLEDGED_MS) };
}

/** Whoever asks to be told later does not want never to be told. */
function snoozed(care: IncidentCare, until: Instant | null): IncidentCare {
  return { ...care, mutedAt: null, snoozedUntil: until, snoozedUntilSuccess: until === null, remindAt: until };
}

/** Whoever ends a snooze early wants people to hear of it now, as they would at its end; not if somebody looks after it. */
function woken(care: IncidentCare, facts: CareFacts, now: Instant): IncidentCare {
  const awake = { ...care, ...AWAKE };
  return care.acknowledgedAt === null ? { ...awake, remindAt: now } : reminded(awake, facts, now);
}

/** Nothing puts reminders off any more but perhaps that somebody looks after it; what people were not told is told now. */
function reminded(care: IncidentCare, { reminders, remindAfterMs, untold }: CareFacts, now: Instant): IncidentCare {
  if (!isAwake(care) || care.mutedAt !== null) return care;
  if (untold && care.acknowledgedAt === null) return { ...care, remindAt: now };
  const remindAt = nextReminder(remindAfterMs, reminders, now);
  if (remindAt === null || care.acknowledgedAt === null) return { ...care, remindAt };
  return { ...care, remindAt: Math.max(remindAt, now + ACKNOWLEDGED_MS) };
}
