import fc from "fast-check";
import { expect, it } from "vitest";
import { slugFor } from "../../lib/domain/slug.ts";

it.each([
  ["nightly-backup", "nightly-backup"],
  ["--a__b--", "--a__b--"],
  ["Invoices / EU", "invoices-eu"],
  [" Grün ", "grun"],
])("%j is known as %j", (name, slug) => {
  expect(slugFor(name)).toBe(slug);
});

it("names that differ in what a slug cannot have are told apart", () => {
  const slugs = ["Бэкап 1", "Отчёт 1", "日本", "バックアップ", "!!!", "x".repeat(130), "x".repeat(131)].map(slugFor);
  expect(new Set(slugs).size).toBe(slugs.length);
});

it("every name has a slug, always the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (name) => {
      expect(slugFor(name)).toMatch(/^[a-z0-9_-]{1,128}$/);
      expect(slugFor(name)).toBe(slugFor(name));
    }),
  );
});
