import { ArrayWriter } from "./array-writer.ts";

/**
 * A column of a statement that writes many rows at once: its values travel as one array and are taken apart by `unnest`.
 * `instant` is milliseconds, stored as a timestamp; numbers are rounded. Texts are without NUL, which PostgreSQL does
 * not have, `ascii` is for those without characters beyond that, or their bytes; uuids are in lower case. `usual` is a value of a column
 * without nulls that need not travel.
 */
export type Column<Row> = readonly [name: string, kind: Kind, pick: (row: Row) => Value, usual?: Usual];

/** Written into statements as it is: a word of ours, a whole number, or a boolean. */
type Usual = string | number | boolean;

export type Kind = "uuid" | "text" | "ascii" | "json" | "bytes" | "bool" | "int2" | "int4" | "int8" | "instant" | "xid";

export type Value = string | number | boolean | Buffer | null;

const TYPES: Readonly<Record<Kind, string>> = {
  uuid: "uuid",
  text: "text",
  ascii: "text",
  json: "jsonb",
  bytes: "bytea",
  bool: "bool",
  int2: "int2",
  int4: "int4",
  int8: "int8",
  instant: "timestamptz",
  xid: "xid",
};

/** The names, for the target of an INSERT and for what to select from `sourceOf`. */
export function namesOf<Row>(columns: readonly Column<Row>[]): string {
  return columns.map(([name]) => name).join(", ");
}

/**
 * `(SELECT unnest($1::uuid[]) AS id, …) AS x`, with parameters from `$<first>` on. In a list of what to select the arrays
 * are read side by side; behind FROM each of them would be copied first, which took a third of the whole statement's time.
 * An array that is null comes to nulls, as long as there is another.
 */
export function sourceOf<Row>(columns: readonly Column<Row>[], first = 1): string {
  const arrays = columns.map(([name, kind], index) => `unnest($${first + index}::${TYPES[kind]}[]) AS ${name}`);
  return `(SELECT ${columns.map(readOf).join(", ")} FROM (SELECT ${arrays.join(", ")}) AS u) AS x`;
}

function readOf<Row>([name, , , usual]: Column<Row>): string {
  return usual === undefined ? name : `coalesce(${name}, ${literalOf(usual)}) AS ${name}`;
}

function literalOf(usual: Usual): string {
  return typeof usual === "string" ? `'${usual}'` : String(usual);
}

/**
 * The parameters of `sourceOf`, in PostgreSQL's binary form: neither side has to read or write digits. A column without
 * any value is null, and costs nothing.
 */
export function valuesOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): (Buffer | null)[] {
  return columns.map((column) => arrayOf(column, rows));
}

const writer = new ArrayWriter();

function arrayOf<Row>([, kind, pick, usual]: Column<Row>, rows: readonly Row[]): Buffer | null {
  let nulls = 0;
  let begun = false;
  for (const row of rows) {
    const picked = pick(row);
    const value = picked === usual ? null : picked;
    if (begun) writer.write(kind, value);
    else if (value === null) nulls += 1;
    else {
      begun = true;
      writer.begin(kind, rows.length);
      for (let index = 0; index < nulls; index++) writer.write(kind, null);
      writer.write(kind, value);
    }
  }
  return begun ? writer.end() : null;
}
