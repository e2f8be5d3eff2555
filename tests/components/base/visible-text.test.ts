import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { visibleLines, visibleText } from "../../../components/base/visible-text.ts";

describe("visibleText", () => {
  test.each([
    ["plain text, ünïcödé, 日本語 and 🔔", "plain text, ünïcödé, 日本語 and 🔔"],
    ["bell\u0007 and escape\u001b[31m", "bell^G and escape^[[31m"],
    ["nul\u0000 delete\u007f", "nul^@ delete^?"],
    ["two\nlines\tand a tab", "two^Jlines^Iand a tab"],
    ["abc\u202egnp.exe", "abc⟨U+202E⟩gnp.exe"],
    ["isolate\u2066x\u2069", "isolate⟨U+2066⟩x⟨U+2069⟩"],
    ["zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"],
    ["C1 \u0085", "C1 ⟨U+0085⟩"],
    ["tag \u{e0041}", "tag ⟨U+E0041⟩"],
    ["family 👨\u200d👩\u200d👧 and नि\u200cर", "family 👨\u200d👩\u200d👧 and नि\u200cर"],
  ])("shows %j as %j", (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  test("leaves nothing that controls, reorders or hides", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(visibleText(text)).not.toMatch(/[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u);
      }),
    );
  });
});

test("visibleLines keeps line ends and tabs", () => {
  expect(visibleLines("a\r\nb\tc\u0007\n\nd")).toBe("a\nb\tc^G\n\nd");
});
