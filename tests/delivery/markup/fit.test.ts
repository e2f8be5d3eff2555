import { expect, test } from "vitest";
import { fitMessage, fittingLines, jsonWithin } from "../../../lib/delivery/markup/fit.ts";
import { renderPlainText } from "../../../lib/delivery/markup/plain-text.ts";
import { failedMessage, longestMessage } from "../../support/messages.ts";

const OUTPUT = {
  errors: ["error one", "error two"],
  tail: Array.from({ length: 20 }, (_, line) => `line ${line}`),
  omitted: 5,
};

test("a message that fits stays as it is", () => {
  const message = failedMessage();
  expect(fitMessage(message, { render: (version) => version, fits: () => true })).toBe(message);
});

test.each([3_000, 2_000, 1_500])("the fullest text of at most %d characters is taken, its verdict whole", (most) => {
  const message = longestMessage();
  const text = fitMessage(message, { render: renderPlainText, fits: (shown) => shown.length <= most });
  expect(text.length).toBeLessThanOrEqual(most);
  expect(text).toContain(message.verdict);
});

test("where nothing fits, the shortest is taken", () => {
  const lengths: number[] = [];
  const fits = (shown: string): boolean => lengths.push(shown.length) < 0;
  const text = fitMessage(longestMessage(), { render: renderPlainText, fits });
  expect(text.length).toBeLessThan(Math.min(...lengths));
});

test("of an output the oldest lines go first and are counted, then its errors, and one line stays", () => {
  expect(fittingLines(OUTPUT, 10_000)).toEqual(expect.arrayContaining([...OUTPUT.errors, ...OUTPUT.tail]));
  const some = fittingLines(OUTPUT, 80);
  expect(some.join("\n").length).toBeLessThanOrEqual(80);
  expect(some.at(-1)).toBe("line 19");
  expect(some).toContain("error two");
  expect(fittingLines(OUTPUT, 1).at(-1)).toBe("line 19");
  expect(fittingLines(OUTPUT, 1).join("\n")).not.toContain("error one");
});

test("the length of lines is that of what becomes of them", () => {
  const lines = fittingLines(OUTPUT, 200, (text) => text.length * 5);
  expect(lines.at(-1)).toBe("line 19");
  expect(lines.length).toBeLessThan(fittingLines(OUTPUT, 200).length);
});

test("bytes are counted as JSON has them", () => {
  expect(jsonWithin(4)("ü")).toBe(true);
  expect(jsonWithin(3)("ü")).toBe(false);
});
