import type { CronPlan } from "./cron-plan.ts";
import { readCronieField } from "./cronie-field.ts";
import { parseCrontabTime } from "./debian-grammar.ts";
import { wrong } from "./field-reader.ts";

const UNLOGGED =
  'Cronie takes the leading "-" for "do not log", which it allows in the crontabs of root and the system.';

/** Reads the time part of a line as cronie does, the `-` before it included. Throws a `ScheduleError`. */
export function parseCronieCron(expression: string): CronPlan {
  const text = expression.replaceAll(/^[ \t]+|[ \t]+$/g, "");
  if (!text.startsWith("-")) return parseCrontabTime(text, readCronieField);
  const rest = text.slice(1);
  if (/^[ \t]/.test(rest)) throw wrong('The leading "-" stands apart from the minute field', `"-${rest.trimStart()}"`);
  const plan = parseCrontabTime(rest, readCronieField);
  return { ...plan, warnings: [UNLOGGED, ...plan.warnings] };
}
