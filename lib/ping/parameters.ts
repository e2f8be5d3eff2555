import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import type { Metric } from "./event.ts";

/** What a query gives for one name. */
export type Given = string | string[] | undefined;

const EARLIEST: Instant = Date.UTC(2000, 0, 1);
const LATEST: Instant = Date.UTC(2100, 0, 1);
const LONGEST_SECONDS = 1e9;
const HIGHEST_STATUS = 255;

// Unix times in milliseconds, which some languages prefer, have been above this since 1973.
const MILLISECONDS_FROM = 1e11;

const MOST_METRICS = 20;
const LONGEST_METRIC_NAME = 64;
const LONGEST_ENVIRONMENT = 64;

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/** A parameter that is sent twice counts as sent last; an empty one, as from an unset variable, not at all. */
export function last(given: Given): string | null {
  const text = Array.isArray(given) ? given.at(-1) : given;
  return text === undefined || text.trim() === "" ? null : text.trim();
}

/** Reads Unix seconds or ISO 8601, without a zone as UTC. Null for everything else: an odd time never costs a ping. */
export function readInstant(text: string | null): Instant | null {
  if (text === null) return null;
  const at = /^\d+(\.\d+)?$/.test(text) ? readUnixTime(Number(text)) : readIsoTime(text);
  return at >= EARLIEST && at <= LATEST ? at : null;
}

function readUnixTime(value: number): Instant {
  return Math.round(value >= MILLISECONDS_FROM ? value : value * SECOND);
}

function readIsoTime(text: string): Instant {
  // An unescaped `+` arrives as a space: `… 04:25:39 02:00` means `+02:00`.
  const match = ISO.exec(
    text.replace(/ (\d\d:?\d\d)$/, (whole, zone: string) => (text.length > 16 ? `+${zone}` : whole)),
  );
  if (match === null) return Number.NaN;
  const [, date = "", time = "00:00", seconds = "00", fraction = "0", zone = "Z"] = match;
  const offset = zone.toUpperCase() === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(3).replace(":", "") || "00"}`;
  return Date.parse(`${date}T${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}${offset}`);
}

/** Reads seconds, with a fraction or without. Null for everything else. */
export function readSeconds(text: string | null): Millis | null {
  if (text === null || !/^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return null;
  const seconds = Number(text);
  return seconds <= LONGEST_SECONDS ? Math.round(seconds * SECOND) : null;
}

/** Reads an exit status: 0–255. Null for everything else. */
export function readStatus(text: string | null): number | null {
  const status = text !== null && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return status <= HIGHEST_STATUS ? status : null;
}

/**
 * Reads `<name>:<number>` or `<name>=<number>`, as often as given; of a name given twice, the last. What is wrong or too
 * much is left out; null where nothing is left.
 */
export function readMetrics(given: Given): readonly Metric[] | null {
  if (given === undefined) return null;
  const metrics = new Map<string, number>();
  for (const text of Array.isArray(given) ? given : [given]) {
    const metric = readMetric(text);
    if (metric !== null && (metrics.size < MOST_METRICS || metrics.has(metric[0]))) metrics.set(...metric);
  }
  return metrics.size === 0 ? null : [...metrics];
}

function readMetric(text: string): Metric | null {
  const split = Math.max(text.lastIndexOf(":"), text.lastIndexOf("="));
  const name = readLine(text.slice(0, Math.max(split, 0)), LONGEST_METRIC_NAME + 1);
  const value = readNumber(text.slice(split + 1));
  return name === null || name.length > LONGEST_METRIC_NAME || value === null ? null : [name, value];
}

/** Reads a decimal number. Null for everything else. */
export function readNumber(text: string | null): number | null {
  // An unescaped `+` arrives as a space.
  if (text === null || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** The name of an environment: one word. What cannot stand in it becomes `-`. */
export function readEnvironment(text: string | null): string | null {
  if (text === null) return null;
  return readLine(readLine(text, LONGEST_ENVIRONMENT)?.replace(/[\s/]+/g, "-"), LONGEST_ENVIRONMENT);
}

/** A name in one line: control characters become blanks, at most `limit` characters. Null where nothing is left. */
export function readLine(text: string | null | undefined, limit: number): string | null {
  if (text === null || text === undefined) return null;
  return isPlain(text, limit) ? text : readText(text.replaceAll(CONTROLS, " "), limit);
}

/** Any text without NUL and half characters, which PostgreSQL cannot keep, at most `limit` characters. Null where nothing is left. */
export function readText(text: string | null | undefined, limit: number): string | null {
  if (text === null || text === undefined) return null;
  if (isPlain(text, limit)) return text;
  const kept = text.replaceAll("\0", "").trim().slice(0, limit).replace(CUT_CHARACTER, "");
  return kept === "" ? null : kept.replaceAll(HALF_CHARACTERS, "\ufffd");
}

/** Whether there is nothing to be done about it, as mostly. */
function isPlain(text: string, limit: number): boolean {
  return text.length <= limit && PLAIN.test(text);
}

const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
// oxlint-disable-next-line no-control-regex -- they are what has to go
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;
const CUT_CHARACTER = /[\ud800-\udbff]$/;
/** JSON can hold them, and its readers pass them on. */
const HALF_CHARACTERS = /\p{Surrogate}/gu;
