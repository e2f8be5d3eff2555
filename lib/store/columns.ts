import { ArrayWriter } from "./array-writer.ts";

/**
 * A column of a statement that writes many rows at once: its values travel as one array and are taken apart by `unnest`.
 * `instant` is milliseconds, stored as a timestamp; numbers are rounded. Texts are without NUL, which PostgreSQL does
 * not have, or their bytes in UTF-8; uuids are in lower case.
 */
export type Column<Row> = readonly [name: string, kind: Kind, pick: (row: Row) => Value];

export type Kind = "uuid" | "text" | "json" | "bytes" | "bool" | "int2" | "int4" | "int8" | "instant" | "xid";

export type Value = string | number | boolean | Buffer | null;

const TYPES: Readonly<Record<Kind, string>> = {
  uuid: "uuid",
  text: "text",
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

/** `unnest($1::uuid[], …) AS x(id, …)`, with parameters from `$<first>` on. */
export function sourceOf<Row>(columns: readonly Column<Row>[], first = 1): string {
  const arrays = columns.map(([, kind], index) => `$${first + index}::${TYPES[kind]}[]`);
  return `unnest(${arrays.join(", ")}) AS x(${namesOf(columns)})`;
}

/** The parameters of `sourceOf`, in PostgreSQL's binary form: neither side has to read or write digits. */
export function valuesOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Buffer[] {
  return columns.map(([, kind, pick]) => arrayOf(kind, rows, pick));
}

const writer = new ArrayWriter();

function arrayOf<Row>(kind: Kind, rows: readonly Row[], pick: (row: Row) => Value): Buffer {
  writer.begin(kind, rows.length);
  for (const row of rows) writer.write(kind, pick(row));
  return writer.end();
}
