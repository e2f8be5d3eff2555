import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEnvelope } from "../../../lib/ping/sentry/envelope.ts";
import { checkIn, envelopeOf, type Item } from "./wire.ts";

const GOOD = checkIn({ monitor_slug: "backup", status: "ok" });
const SESSION: Item = { type: "session", payload: '{"sid":"1","status":"ok"}' };

describe("taking an envelope apart", () => {
  it("finds the check-ins among everything else that SDKs send", () => {
    const items = [SESSION, GOOD, { type: "client_report", payload: "{}" }, checkIn({ monitor_slug: "b" }), SESSION];
    const { header, checkIns } = readEnvelope(envelopeOf(items, { event_id: "e" }));
    expect(header).toEqual({ event_id: "e" });
    expect(checkIns).toEqual([GOOD.payload, '{"monitor_slug":"b"}']);
  });

  it.each<[string, Buffer]>([
    [
      "without lengths",
      envelopeOf([
        { ...SESSION, length: null },
        { ...GOOD, length: null },
      ]),
    ],
    ["with lengths of null", Buffer.from(`{}\n{"type":"check_in","length":null}\n${String(GOOD.payload)}\n`)],
    ["with lengths as texts", Buffer.from(`{}\n{"type":"check_in","length":"35"}\n${String(GOOD.payload)}\n`)],
    [
      "with lengths that are wrong",
      envelopeOf([
        { ...SESSION, length: 7 },
        { ...GOOD, length: 99_999 },
      ]),
    ],
    [
      "with lengths below zero",
      envelopeOf([
        { ...SESSION, length: -5 },
        { ...GOOD, length: -1 },
      ]),
    ],
    ["with carriage returns", envelopeOf([SESSION, GOOD], {}, "\r\n")],
    ["with a last line that does not end", envelopeOf([SESSION, GOOD]).subarray(0, -1)],
    ["with empty lines between", Buffer.from(`\n\n{}\n\n{"type":"check_in"}\n${String(GOOD.payload)}\n\n\n`)],
    ["with a byte order mark", Buffer.concat([Buffer.from("\ufeff"), envelopeOf([GOOD])])],
    ["with bytes that are no text", envelopeOf([{ type: "attachment", payload: Buffer.from([255, 0, 254]) }, GOOD])],
    ["with line breaks in a payload", envelopeOf([{ type: "log", payload: '{"type":"check_in"}\n{}\n' }, GOOD])],
    ["without a header", Buffer.from(`nothing\n{"type":"check_in"}\n${String(GOOD.payload)}\n`)],
  ])("works %s", (_, bytes) => {
    expect(readEnvelope(bytes).checkIns.map((text) => text.trim())).toEqual([GOOD.payload]);
  });

  it("finds a check-in behind anything", () => {
    const junk: fc.Arbitrary<Item> = fc.record({
      type: fc.oneof(fc.constantFrom("session", "event", "log", "", "check_in"), fc.string()),
      payload: fc.oneof(fc.uint8Array({ maxLength: 200 }).map(Buffer.from), fc.json().map(Buffer.from)),
    });
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 6 }), fc.nat(6), (items, at) => {
        const all: Item[] = items.toSpliced(at, 0, GOOD);
        expect(readEnvelope(envelopeOf(all)).checkIns).toContain(GOOD.payload);
      }),
    );
  });

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readEnvelope(Buffer.from(bytes)).checkIns.length).toBeLessThan(400);
      }),
    );
  });

  it("gives up on an envelope of nothing but lines", () => {
    const many = Buffer.from("{}\n".repeat(300_000));
    expect(readEnvelope(many).checkIns).toEqual([]);
  });
});
