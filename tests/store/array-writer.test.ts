import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Kind, Value } from "../../lib/store/columns.ts";
import { ArrayWriter } from "../../lib/store/array-writer.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

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

let database: TestDatabase;
const writer = new ArrayWriter();

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.close());

function arrayOf(kind: Kind, values: readonly Value[]): Buffer {
  writer.begin(kind, values.length);
  for (const value of values) writer.write(kind, value);
  return writer.end();
}

/** What PostgreSQL reads, as text; `given` is written in the form that is compared. */
async function readBack(kind: Kind, array: Buffer, show = "x::text"): Promise<(string | null)[]> {
  const { rows } = await database.pool.query<{ x: string | null }>(
    `SELECT ${show} AS x FROM unnest($1::${TYPES[kind]}[]) WITH ORDINALITY AS u(x, place) ORDER BY place`,
    [array],
  );
  return rows.map(({ x }) => x);
}

const EPOCH = "((extract(epoch FROM x) * 1000)::int8)::text";

describe("what is written in binary", () => {
  it.each<[Kind, readonly Value[], string?]>([
    ["bool", [true, false, null]],
    ["int2", [0, -1, 32_767, -32_768, null]],
    ["int4", [0, -1, 2_147_483_647, -2_147_483_648, null, 256]],
    ["int8", [0, -1, 2 ** 32, -(2 ** 32), 2 ** 32 - 1, 2 ** 53 - 1, -(2 ** 53 - 1), null]],
    ["instant", [0, -1, 946_684_800_000, 946_684_799_999, Date.UTC(2026, 10, 22), Date.UTC(1900, 0, 1), null], EPOCH],
    ["xid", ["0", "1", "4294967295", null]],
    ["uuid", ["00000000-0000-0000-0000-000000000000", "0f3b5c1e-aaaa-4bbb-8ccc-ffffffffffff", null]],
    ["text", ["", "ä€😀", 'a,b{}"\\\n', null, "x".repeat(200_000), "€".repeat(50_000), "after"]],
    ["ascii", ["", "a,b\\n", null, "x".repeat(200_000), "after"]],
    ["json", ['{"a": 1}', "[]", null, `["${"x".repeat(100_000)}"]`]],
    ["bytes", [Buffer.alloc(0), Buffer.from([0, 255, 92]), Buffer.alloc(300_000, 7), null], "encode(x, 'hex')"],
  ])("is read as it was: %s", async (kind, values, show) => {
    const told = values.map((value) => (Buffer.isBuffer(value) ? value.toString("hex") : value));
    const read = await readBack(kind, arrayOf(kind, values), show);
    expect(read).toEqual(told.map((value) => (value === null ? null : String(value))));
    expect(await readBack(kind, arrayOf(kind, []), show)).toEqual([]);
  });

  it("stays as it is while others are written, in blocks of any filling", async () => {
    const texts = fc.array(fc.option(fc.string({ unit: "binary", maxLength: 30_000, size: "max" }), { nil: null }));
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { maxLength: 6 }), async (columns) => {
        const clean = columns.map((column) => column.map((text) => text?.replaceAll("\0", "") ?? null));
        const arrays = clean.map((column) => arrayOf("text", column));
        for (const [index, column] of clean.entries()) {
          expect(await readBack("text", arrays[index] ?? Buffer.alloc(0))).toEqual(column);
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each<[Kind, Value]>([
    ["int2", 32_768],
    ["int4", 2 ** 31],
    ["int8", 2 ** 53],
    ["int8", Number.NaN],
    ["instant", Infinity],
    ["uuid", "0F3B5C1E-AAAA-4BBB-8CCC-FFFFFFFFFFFF"],
    ["uuid", "0f3b5c1e"],
  ])("has to be of its kind, and what is not costs the next nothing: %s %s", async (kind, value) => {
    expect(() => arrayOf(kind, [null, value])).toThrow(RangeError);
    expect(await readBack("text", arrayOf("text", ["next"]))).toEqual(["next"]);
  });

  it("rounds, and half characters become the mark for what cannot be read", async () => {
    expect(await readBack("int8", arrayOf("int8", [1.5, -0.4, 2.4]))).toEqual(["2", "0", "2"]);
    expect(await readBack("text", arrayOf("text", ["a\ud800b"]))).toEqual(["a\ufffdb"]);
  });
});
