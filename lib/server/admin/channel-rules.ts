import type { ChannelRules } from "../../domain/alerting/channel-rules.ts";
import { AppError } from "../../errors.ts";
import type { QuietInput, RulesInput } from "../../services/channel-rules-input.ts";
import { weekdaysOf } from "./weekdays.ts";

export const RULES_EXAMPLE = '{"severities": ["critical"], "delayMinutes": 15}';
const QUIET_EXAMPLE = '{"days": "mon-fri", "from": "22:00", "to": "07:00", "tz": "Europe/Riga"}';

/** The shape of what was written; what it says is for the service to judge. @throws AppError `invalid` */
export function parseRules(json: string): RulesInput {
  const given = parseObject(json, "rules", RULES_EXAMPLE);
  refuseStrangers(given, ["events", "severities", "tags", "delayMinutes", "quietHours"]);
  const { delayMinutes, quietHours } = given;
  return {
    events: wordsOf(given, "events"),
    severities: wordsOf(given, "severities"),
    tags: wordsOf(given, "tags"),
    delayMinutes: delayMinutes === undefined ? undefined : Number(delayMinutes),
    quietHours: quietHours === undefined || quietHours === null ? null : quietOf(quietHours),
  };
}

/** Rules as they are printed: written back by hand they mean the same, also those that were stored before. */
export function printedRules({ quietHours, ...rules }: ChannelRules): RulesInput {
  if (quietHours === undefined) return rules;
  return { ...rules, quietHours: { ...quietHours, exceptCritical: quietHours.exceptCritical ?? false } };
}

function quietOf(value: unknown): QuietInput {
  if (typeof value !== "object" || value === null) {
    throw new AppError("invalid", `Write quiet hours as ${QUIET_EXAMPLE}.`, "rules");
  }
  const given: Record<string, unknown> = { ...value };
  refuseStrangers(given, ["tz", "days", "from", "to", "exceptCritical", "timeZone"]);
  const { tz, timeZone, exceptCritical = true } = given;
  if (tz !== undefined && timeZone !== undefined) {
    throw new AppError("invalid", 'Say either "tz" or "timeZone", not both.', "rules");
  }
  if (typeof exceptCritical !== "boolean") {
    throw new AppError("invalid", 'Write "exceptCritical" as true or false, without quotes.', "rules");
  }
  const text = (name: string): string => (typeof given[name] === "string" ? given[name] : "");
  const zone = text(tz === undefined ? "timeZone" : "tz");
  return { timeZone: zone, from: text("from"), to: text("to"), days: daysOf(given.days), exceptCritical };
}

/** Of `"mon-fri"`, `["sat", "sun"]` or `[6, 7]`; whether there are any is for the service to judge. */
function daysOf(days: unknown): number[] {
  const name = { name: '"days"', field: "rules" };
  if (typeof days === "string") return weekdaysOf(days, name);
  if (!Array.isArray(days)) return [];
  return days.flatMap((day: unknown) =>
    typeof day === "string" && !/^\d+$/.test(day) ? weekdaysOf(day, name) : [Number(day)],
  );
}

function refuseStrangers(given: Record<string, unknown>, known: readonly string[]): void {
  const strange = Object.keys(given).find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new AppError("invalid", `There is no rule "${strange.slice(0, 40)}"; there are ${known.join(", ")}.`, "rules");
}

function wordsOf(given: Record<string, unknown>, name: string): string[] | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value.map(String);
  throw new AppError("invalid", `Write "${name}" as a list of words in quotes.`, "rules");
}

/** An option that takes a JSON object. @throws AppError `invalid`, with the example. */
export function parseObject(json: string, option: string, example: string): Record<string, unknown> {
  const refuse = () => new AppError("invalid", `--${option} takes JSON such as ${example}.`, option);
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    throw refuse();
  }
  throw refuse();
}
