import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskSecrets } from "../../lib/domain/mask.ts";

describe("a project's own texts are masked", () => {
  test.each([
    ["a star stands for the rest of the word", ["acme-*"], "use acme-4711, please", "use [masked] please"],
    ["in the middle it ends with what follows", ["pin=*;"], "pin=1234;ok pin=5", "[masked]ok pin=5"],
    ["in front it takes the word's beginning", ["*-prod-key"], "x 77-prod-key y", "x [masked] y"],
    ["a text without a star is masked as it is", ["Rosebud"], "Rosebud, rosebud", "[masked], rosebud"],
    ["blanks in the text are blanks", ["code * end"], "code 12 end code 1 2 end", "[masked] code 1 2 end"],
    ["no star gets over a line", ["abc*def"], "abc\ndef abc1def", "abc\ndef [masked]"],
    ["the first beginning that fits counts", ["ab*cd*ef"], "ab1 ab2cd ab3cd4ef", "ab1 ab2cd [masked]"],
    ["several texts work beside each other", ["one*", "two*"], "one1 two2", "[masked] [masked]"],
    ["letters that expressions read otherwise are letters", ["a.c(*"], "abc( a.c(x)", "abc( [masked]"],
    ["nothing but stars masks nothing", ["*", "**"], "all of it", "all of it"],
  ])("%s", (_name, patterns, text, masked) => {
    expect(maskSecrets(text, patterns)).toBe(masked);
  });

  test("beside what is masked everywhere", () => {
    expect(maskSecrets("password=x acme-1", ["acme-*"])).toBe("password=[masked] [masked]");
  });
});

test("a match is what an expression with the same meaning would match first", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 30 });
  const pieces = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 2 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(letters, pieces, fc.boolean(), (text, parts, open) => {
      const pattern = parts.join("*") + (open ? "*" : "");
      const expression = new RegExp(parts.join("\\S*?") + (open ? "\\S*" : ""), "g");
      expect(maskSecrets(text, [pattern])).toBe(text.replace(expression, "[masked]"));
    }),
  );
});

test("no text takes long", () => {
  const text = "ab ".repeat(5_000) + "a".repeat(15_000) + "ba".repeat(8_000);
  const startedAt = performance.now();
  maskSecrets(
    text,
    Array.from({ length: 30 }, (_, index) => `a*b*a*b*x${index}`),
  );
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
