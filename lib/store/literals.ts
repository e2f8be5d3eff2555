import type { Instant, Millis } from "../domain/time.ts";

/** What stands in an array literal as it is: numbers, booleans, UUIDs and words of ours. */
export type Plain = string | number | boolean | null;

/**
 * One column of many rows as a PostgreSQL array literal, for `unnest($1::…[])`. Only for values without quotes, commas,
 * braces and backslashes; a fifth of the time that `pg` takes for a JavaScript array.
 */
export function plainColumn<T>(rows: readonly T[], pick: (row: T) => Plain): string {
  let literal = "{";
  for (const row of rows) {
    if (literal.length > 1) literal += ",";
    literal += pick(row) ?? "NULL";
  }
  return `${literal}}`;
}

/** The same for any text. PostgreSQL has no NUL in texts: callers leave them out. */
export function textColumn<T>(rows: readonly T[], pick: (row: T) => string | null): string {
  let literal = "{";
  for (const row of rows) {
    if (literal.length > 1) literal += ",";
    const text = pick(row);
    literal += text === null ? "NULL" : quoted(text);
  }
  return `${literal}}`;
}

/** The same for instants and durations, rounded to whole milliseconds; read instants with `timestampOf`. */
export function wholeColumn<T>(rows: readonly T[], pick: (row: T) => Instant | Millis | null): string {
  return plainColumn(rows, (row) => {
    const value = pick(row);
    return value === null ? null : Math.round(value);
  });
}

/** SQL that reads a column of instants: quicker than ISO text on both sides. */
export function timestampOf(column: string): string {
  return `to_timestamp(${column} / 1000.0::float8)`;
}

/** One text of an array literal. */
export function quoted(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"` : `"${text}"`;
}
