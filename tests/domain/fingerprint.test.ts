import { expect, it } from "vitest";
import { fingerprint } from "../../lib/domain/fingerprint.ts";

it("stays the same for the same text and differs for texts that are almost the same", () => {
  const texts = Array.from({ length: 100_000 }, (_, index) => `success||0f9a1c1e-1111-4222-8333-${index}|192.0.2.1||`);
  expect(new Set(texts.map((text) => fingerprint(text))).size).toBe(texts.length);
  expect(fingerprint("start|ü")).toBe(fingerprint("start|ü"));
  expect(fingerprint("a|b")).not.toBe(fingerprint("b|a"));
  expect(Math.max(...texts.map((text) => fingerprint(text).length))).toBeLessThanOrEqual(16);
});
