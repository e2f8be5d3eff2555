import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLinkSigner } from "../../lib/delivery/signed-link.ts";
import { DAY, SECOND } from "../../lib/domain/time.ts";

const signer = createLinkSigner("a key for tests that nobody else ever has");
const NOW = Date.UTC(2026, 10, 22);
const ID = "0198c0de-0000-7000-8000-000000000001";

describe("a signed link", () => {
  test("gives back what was signed, whatever the texts", () => {
    const text = fc.oneof(fc.string({ maxLength: 60 }), fc.constantFrom("", "__proto__", "\0", "中文", "👍", ID));
    const claims = fc.dictionary(text, text);
    fc.assert(
      fc.property(claims, fc.uuid(), (texts, id) => {
        const signed = { ...texts, id };
        expect(signer.open(signer.sign(signed, NOW + DAY), NOW)).toEqual(signed);
      }),
    );
  });

  test("is short, and safe in an address", () => {
    const token = signer.sign({ for: "act", do: "acknowledge", incident: ID, channel: ID }, NOW + DAY);
    expect(token).toMatch(/^[\w-]+$/);
    expect(token.length).toBeLessThan(140);
  });

  test("is the same whenever the same is signed", () => {
    expect(signer.sign({ id: ID }, NOW)).toBe(signer.sign({ id: ID }, NOW));
  });

  test("ends at its time", () => {
    const token = signer.sign({ id: ID }, NOW + DAY);
    expect(signer.open(token, NOW + DAY - SECOND)).toEqual({ id: ID });
    expect(signer.open(token, NOW + DAY)).toBeNull();
  });

  test("of which one character was changed is none", () => {
    const token = signer.sign({ for: "act", id: ID }, NOW + DAY);
    for (let place = 0; place < token.length - 1; place += 1) {
      const other = token[place] === "A" ? "B" : "A";
      expect(signer.open(token.slice(0, place) + other + token.slice(place + 1), NOW), `place ${place}`).toBeNull();
    }
  });

  test.each(["", "a", "x".repeat(40), "é".repeat(40), "..".repeat(30), "A".repeat(100_000)])(
    "is not what somebody made up (%#)",
    (token) => {
      expect(signer.open(token, NOW)).toBeNull();
    },
  );

  test("of another key is none", () => {
    const token = createLinkSigner("another key that is long enough as well").sign({ id: ID }, NOW + DAY);
    expect(signer.open(token, NOW)).toBeNull();
  });

  test("takes the longest address of a person, and refuses what is no claim", () => {
    for (const length of [253, 254, 255, 256, 257]) {
      const to = "x".repeat(length);
      expect(signer.open(signer.sign({ to, id: ID }, NOW + DAY), NOW)).toEqual({ to, id: ID });
    }
    const foreign = { to: `${"\u4e2d".repeat(248)}@b.org` };
    expect(signer.open(signer.sign(foreign, NOW + DAY), NOW)).toEqual(foreign);
    expect(() => signer.sign({ id: "x".repeat(1_001) }, NOW)).toThrow("1000 are the most");
  });
});
