import { parse } from "node:querystring";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyOfUuid, readQuery } from "../../lib/ping/address.ts";

describe("a query is read as Node reads it", () => {
  const read = (text: string) => Object.entries(readQuery(text));

  it.each([
    "",
    "a",
    "a=",
    "=a",
    "=",
    "&",
    "&&a&&",
    "a=b=c",
    "a=1&a=2&a=3",
    "a&a",
    "rid=x&msg=two%20words",
    "a=1+2",
    "a;b=1",
  ])("%j", (text) => expect(read(text)).toEqual(Object.entries(parse(text))));

  it("whatever it says", () => {
    const pieces = fc.constantFrom(
      "a",
      "b",
      "rid",
      "toString",
      "__proto__",
      "=",
      "&",
      "&&",
      "%20",
      "%",
      "+",
      ";",
      "1",
      "ä",
      "?",
      "/",
    );
    const texts = fc.array(pieces, { maxLength: 30 }).map((all) => all.join(""));
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(text)).toEqual(Object.entries(parse(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("a thousand parameters at most", () => {
    const text = Array.from({ length: 3_000 }, (_, index) => `p${index}=1`).join("&");
    expect(read(text)).toHaveLength(1_000);
  });
});

it("a copy of a UUID is the same in lower case", () => {
  const id = crypto.randomUUID();
  expect([copyOfUuid(id), copyOfUuid(id.toUpperCase())]).toEqual([id, id]);
});
