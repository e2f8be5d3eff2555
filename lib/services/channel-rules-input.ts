import { CHANNEL_EVENTS, type ChannelRules, type QuietHours } from "../domain/alerting/channel-rules.ts";
import { timeOfDay } from "../domain/alerting/weekly-hours.ts";
import type { Severity } from "../domain/incident.ts";
import { findZone } from "../domain/zone.ts";
import { AppError } from "../errors.ts";
import { parseAll, typedLines } from "./input.ts";

/** Which alerts a channel takes, as it is chosen or typed: what is left out is "all", "at once" or "never quiet". */
export type RulesInput = {
  /** Of `opened`, `reminder` and `resolved`. */
  events?: readonly string[];
  /** Of `critical` and `warning`. */
  severities?: readonly string[];
  tags?: readonly string[];
  /** 0 to 1440. */
  delayMinutes?: number | string;
  quietHours?: QuietInput | null;
};

/** `days` are 1 Monday … 7 Sunday; `from` and `to` are times such as 22:00. Critical incidents come all the same by default. */
export type QuietInput = {
  timeZone?: string;
  days?: readonly number[];
  from?: string;
  to?: string;
  exceptCritical?: boolean;
};

const SEVERITIES: readonly Severity[] = ["critical", "warning"];
const MOST_TAGS = 20;
const TAG_MAX = 40;
const LONGEST_DELAY = 1_440;

/** What says the same as saying nothing is left out. @throws AppError `invalid`: names every field that is wrong. */
export function parseRules(input: RulesInput): ChannelRules {
  const parsed = parseAll<{ [Key in keyof Required<ChannelRules>]: ChannelRules[Key] | undefined }>({
    events: () => parseChoice(input.events, CHANNEL_EVENTS, "events"),
    severities: () => parseChoice(input.severities, SEVERITIES, "severities"),
    tags: () => parseTags(input.tags ?? []),
    delayMinutes: () => parseDelay(input.delayMinutes ?? 0),
    quietHours: () => parseQuiet(input.quietHours ?? null),
  });
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
}

function parseChoice<T extends string>(
  chosen: readonly string[] | undefined,
  known: readonly T[],
  field: string,
): T[] | undefined {
  if (chosen === undefined) return undefined;
  const odd = chosen.find((word) => !known.some((one) => one === word));
  if (odd !== undefined) {
    throw new AppError("invalid", `"${odd.slice(0, 40)}" is none of ${known.join(", ")}.`, field);
  }
  const taken = known.filter((word) => chosen.includes(word));
  if (taken.length === 0) {
    throw new AppError("invalid", "Choose at least one, or switch the channel off.", field);
  }
  return taken.length === known.length ? undefined : taken;
}

function parseTags(typed: readonly string[]): string[] | undefined {
  const tags = typedLines(typed);
  if (tags.length > MOST_TAGS) throw new AppError("invalid", `At most ${MOST_TAGS} tags fit.`, "tags");
  const odd = tags.find((tag) => tag.length > TAG_MAX || /[\s,]/.test(tag));
  if (odd !== undefined) {
    const words = `No job has the tag "${odd.slice(0, TAG_MAX)}": tags are single words of at most ${TAG_MAX} characters.`;
    throw new AppError("invalid", words, "tags");
  }
  return tags.length === 0 ? undefined : tags;
}

function parseDelay(given: number | string): number | undefined {
  const text = String(given).trim();
  const minutes = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (text === "" || minutes === 0) return undefined;
  if (minutes <= LONGEST_DELAY) return minutes;
  throw new AppError("invalid", "Write whole minutes, from 0 (at once) to 1440 (a day).", "delayMinutes");
}

function parseQuiet(input: QuietInput | null): QuietHours | undefined {
  if (input === null) return undefined;
  const { timeZone, days, from, to } = parseAll({
    timeZone: () => parseZone(input.timeZone ?? ""),
    days: () => parseDays(input.days ?? []),
    from: () => parseTime(input.from ?? "", "quietFrom"),
    to: () => parseTime(input.to ?? "", "quietTo"),
  });
  if (from === to && days.length === 7) {
    const words = "These hours never end, so nobody would ever be told: switch the channel off instead.";
    throw new AppError("invalid", words, "quietTo");
  }
  return { timeZone, days, from, to, exceptCritical: input.exceptCritical ?? true };
}

/** A sentence about what somebody who reads the rules quickly does not expect; null where there is nothing of the kind. */
export function quietWarning({ severities, quietHours }: ChannelRules): string | null {
  if (quietHours === undefined || quietHours.exceptCritical === true) return null;
  if (severities?.includes("critical") === false) return null;
  return "In its quiet hours critical alarms wait, too: nobody hears of them over this channel before the hours end.";
}

function parseZone(name: string): string {
  const zone = findZone(name);
  if (zone !== null) return zone.name;
  throw new AppError("invalid", "Choose a time zone, such as Europe/Riga or UTC.", "quietZone");
}

function parseDays(given: readonly number[]): number[] {
  const days = [1, 2, 3, 4, 5, 6, 7].filter((day) => given.includes(day));
  if (days.length > 0 && given.every((day) => days.includes(day))) return days;
  throw new AppError("invalid", "Choose the days on which these hours begin: 1 is Monday, 7 is Sunday.", "quietDays");
}

function parseTime(text: string, field: string): string {
  if (timeOfDay(text.trim()) !== null) return text.trim();
  throw new AppError("invalid", "Write a time of the day, such as 22:00.", field);
}
