import {
  CHANNEL_EVENTS,
  type ChannelEvent,
  type ChannelRules,
  type QuietHours,
} from "../../lib/domain/alerting/channel-rules.ts";
import type { Severity } from "../../lib/domain/incident.ts";

export type QuietValues = { timeZone: string; days: number[]; from: string; to: string; exceptCritical: boolean };

/** A channel's rules as its form holds them: everything that is taken is ticked. */
export type RulesValues = {
  events: string[];
  severities: string[];
  tags: string[];
  delayMinutes: number | string;
  quietHours: QuietValues | null;
};

export const SEVERITIES: readonly Severity[] = ["critical", "warning"];

export function rulesValuesOf({ events, severities, tags, delayMinutes, quietHours }: ChannelRules): RulesValues {
  return {
    events: [...(events ?? CHANNEL_EVENTS)],
    severities: [...(severities ?? SEVERITIES)],
    tags: [...(tags ?? [])],
    delayMinutes: delayMinutes ?? 0,
    quietHours: quietHours === undefined ? null : quietValuesOf(quietHours),
  };
}

function quietValuesOf({ timeZone, days, from, to, exceptCritical = false }: QuietHours): QuietValues {
  return { timeZone, days: [...days], from, to, exceptCritical };
}

/** Nights of the week, where somebody is to be left alone for the first time. */
export function newQuiet(timeZone: string): QuietValues {
  return { timeZone, days: [1, 2, 3, 4, 5, 6, 7], from: "22:00", to: "07:00", exceptCritical: true };
}

/** What the form says so far, for reading aloud. */
export function rulesOf({ events, severities, tags, delayMinutes, quietHours }: RulesValues): ChannelRules {
  const known = CHANNEL_EVENTS.filter((event: ChannelEvent) => events.includes(event));
  const serious = SEVERITIES.filter((severity) => severities.includes(severity));
  const delay = Number(delayMinutes) || 0;
  return {
    ...(known.length < CHANNEL_EVENTS.length ? { events: known } : {}),
    ...(serious.length < SEVERITIES.length ? { severities: serious } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(delay > 0 ? { delayMinutes: delay } : {}),
    ...(quietHours === null ? {} : { quietHours }),
  };
}
