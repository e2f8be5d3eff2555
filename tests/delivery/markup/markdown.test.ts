import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeAngles } from "../../../lib/delivery/markup/escape.ts";
import {
  codeBlock,
  defuseMarkdown,
  escapeMarkdown,
  keepFences,
  partAngles,
} from "../../../lib/delivery/markup/markdown.ts";

const BREAK = "\u200b";
const MARKS = fc.string({
  unit: fc.constantFrom(..."@<>!#*_~`|[]()\\$&- ab👍é".split(/(?:)/u)),
  maxLength: 80,
});

describe("markdown with an escape character", () => {
  test.each([
    ["db_backup *x* `y`", "db\\_backup \\*x\\* \\`y\\`"],
    ["@everyone @ noon, ops@example.org", `@${BREAK}everyone @ noon, ops@${BREAK}example.org`],
    ["<@1> <#2> 1 < 2", `<${BREAK}@${BREAK}1> <${BREAK}#2> 1 < 2`],
    ["[a](http://e.x) ||b|| ~~c~~", "\\[a\\](http://e.x) \\|\\|b\\|\\| \\~\\~c\\~\\~"],
    ["C:\\new", "C:\\\\new"],
    ["# no heading", `${BREAK}# no heading`],
  ])("%j", (text, escaped) => {
    expect(escapeMarkdown(text, 200)).toBe(escaped);
  });

  test("what is read is what was written, or its beginning", () => {
    fc.assert(
      fc.property(MARKS, fc.integer({ min: 1, max: 120 }), (text, maxLength) => {
        const escaped = escapeMarkdown(text, maxLength);
        expect(escaped.length).toBeLessThanOrEqual(maxLength);
        const read = escaped.replaceAll(BREAK, "").replace(/\\(.)/gu, "$1");
        if (escaped.endsWith("…")) expect(text.startsWith(read.slice(0, -1))).toBe(true);
        else expect(read).toBe(text);
        expect(escaped).not.toMatch(/(?:^|[^\\])(?:\\\\)*[*_`[\]~|]/);
      }),
    );
  });
});

describe("markdown without an escape character", () => {
  test.each([
    ["@**all** and @*ops*", `@${BREAK}∗∗all∗∗ and @${BREAK}∗ops∗`],
    ["[a](http://e.x) ||b|| ~~c~~", `[a]${BREAK}(http://e.x) |${BREAK}|b|${BREAK}| ~${BREAK}~c~${BREAK}~`],
    ["journalctl -k | grep -i 'x' <y", `journalctl -k | grep -i 'x' <${BREAK}y`],
    ["`db_backup`", "'db_backup'"],
  ])("%j", (text, defused) => {
    expect(defuseMarkdown(text, 200)).toBe(defused);
  });

  test("no mark is left that could do anything", () => {
    fc.assert(
      fc.property(MARKS, fc.integer({ min: 1, max: 120 }), (text, maxLength) => {
        const defused = defuseMarkdown(text, maxLength);
        expect(defused.length).toBeLessThanOrEqual(maxLength);
        expect(defused).not.toMatch(new RegExp(`[*\`]|\\]\\(|~~|\\|\\||[@<][^ ${BREAK}…]`));
      }),
    );
  });
});

test("angle brackets become entities, and none is cut into two", () => {
  expect(escapeAngles("<a> & b", 100)).toBe("&lt;a&gt; &amp; b");
  expect(escapeAngles("aaa<<<", 8)).toBe("aaa&lt;…");
  expect(escapeAngles("a👍👍", 4)).toBe("a👍…");
  expect(escapeAngles("abcd", 4)).toBe("abcd");
});

test("what servers would make mentions and links of keeps its look and loses its bracket", () => {
  expect(partAngles("<!channel> <users/all> a < b <https://e.x\n|click> c <d>")).toBe(
    "‹!channel> ‹users/all> a ‹ b ‹https://e.x\n|click> c <d>",
  );
});

test("a block of code keeps its limit, counts what it leaves out and cannot be ended from within", () => {
  const output = {
    errors: ["ERROR: ``` x"],
    tail: Array.from({ length: 20 }, (_, line) => `line ${line}`),
    omitted: 3,
  };
  expect(codeBlock(output, 70, { code: keepFences })).toBe(
    "```\nERROR: ''' x\n—\n… 20 lines before\nline 17\nline 18\nline 19\n```",
  );
  expect(codeBlock({ ...output, tail: ["x".repeat(200)] }, 60, { code: keepFences })).toHaveLength(60);
});
