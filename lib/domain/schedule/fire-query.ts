import type { Dialect, ScheduleSpec } from "../job.ts";
import { type JsonObject, JsonLineError, parseJsonLine, textIn } from "../json-line.ts";
import { compileSchedule, parseScheduleText } from "../schedule.ts";
import type { Instant } from "../time.ts";
import { getZone } from "../zone.ts";
import { DIALECT_NAMES, isDialect } from "./dialect-names.ts";
import { quoted, ScheduleError } from "./error.ts";

/** When an expression fires, or why it does not. */
export type FireAnswer = { fires: string[] } | { error: string };

const DEFAULT_COUNT = 5;
const MOST_FIRES = 1_000;

/**
 * Answers a line of JSON: `{"dialect": "vixie", "expr": "0 2 * * *", "tz": "Europe/Riga", "from": "2026-03-28T12:00:00Z",
 * "count": 5}`. The fires are strictly after `from`, as ISO instants in whole seconds. Never throws.
 */
export function answerFireQuery(line: string): FireAnswer {
  try {
    const { spec, from, count } = readQuery(line);
    const schedule = compileSchedule(spec);
    return { fires: schedule.between(from, LAST, count).map(isoSeconds) };
  } catch (error) {
    if (error instanceof ScheduleError || error instanceof JsonLineError) return { error: error.message };
    throw error;
  }
}

// Later years have more than four digits.
const LAST: Instant = Date.UTC(9999, 11, 31);

function isoSeconds(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

type Query = { spec: ScheduleSpec; from: Instant; count: number };

const EXAMPLE = '{"expr": "0 2 * * *", "tz": "UTC", "from": "2026-03-29T01:00:00Z"}';

function readQuery(line: string): Query {
  const query = parseJsonLine(line, EXAMPLE);
  const from = instantOf(textIn(query, "from"));
  return { spec: specOf(query), from, count: countOf(query["count"] ?? DEFAULT_COUNT) };
}

const ISO = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i;

function instantOf(text: string): Instant {
  const date = ISO.exec(text)?.[1];
  const at = date !== undefined && isInCalendar(date) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw refusal(`${quoted(text)} is not an instant; write "from" as something like 2026-03-29T01:00:00Z`);
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isInCalendar(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
}

function countOf(count: unknown): number {
  if (typeof count === "number" && Number.isInteger(count) && count >= 1 && count <= MOST_FIRES) return count;
  throw refusal(`"count" is not a whole number from 1 to ${MOST_FIRES}; leave it out for ${DEFAULT_COUNT}`);
}

function specOf(query: JsonObject): ScheduleSpec {
  const expression = textIn(query, "expr");
  const timeZone = getZone(textIn(query, "tz")).name;
  const name = query["dialect"] === undefined ? "auto" : textIn(query, "dialect").toLowerCase();
  if (name === "auto") return parseScheduleText(expression, timeZone);
  const kind = KINDS.find((each) => each === name);
  if (kind !== undefined) return specOfKind(kind, parseScheduleText(expression, timeZone));
  return { kind: "cron", dialect: dialectOf(name), expression, timeZone };
}

function specOfKind(kind: (typeof KINDS)[number], spec: ScheduleSpec): ScheduleSpec {
  if (spec.kind === kind) return spec;
  const right = kind === "none" ? 'an empty "expr"' : 'something like "every 90 min"';
  throw refusal(`The expression is not of the dialect ${quoted(kind)}; write ${right}`);
}

const KINDS = ["interval", "none"] as const;

/** Names of libraries for the schedulers that are built on them. */
const ALIASES: ReadonlyMap<string, Dialect> = new Map([
  ["debian", "vixie"],
  ["robfig", "kubernetes"],
  ["fugit", "sidekiq"],
  ["cronos", "hangfire"],
]);

function dialectOf(name: string): Dialect {
  const dialect = ALIASES.get(name) ?? name;
  if (isDialect(dialect)) return dialect;
  const names = ["auto", ...DIALECT_NAMES, ...KINDS];
  const aliases = [...ALIASES].map(([alias, meant]) => `${alias} (${meant})`);
  throw refusal(
    `There is no dialect ${quoted(name)}; write one of ${[...names, ...aliases].join(", ")}, or leave it out`,
  );
}

function refusal(sentence: string): JsonLineError {
  return new JsonLineError(`${sentence}.`);
}
