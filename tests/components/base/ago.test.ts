import { describe, expect, test } from "vitest";
import { ageText, countdownText, lengthText, untilText } from "../../../components/base/ago.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../lib/domain/time.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0);

describe("ageText", () => {
  test.each([
    [-5 * SECOND, "now"],
    [0, "now"],
    [1_999, "now"],
    [42 * SECOND, "42 s"],
    [59_999, "59 s"],
    [MINUTE, "1 min"],
    [119 * SECOND, "1 min 59 s"],
    [2 * MINUTE, "2 min"],
    [HOUR - 1, "59 min"],
    [119 * MINUTE, "1 h 59 min"],
    [20 * HOUR, "20 h"],
    [47 * HOUR, "1 d 23 h"],
    [50 * HOUR, "2 d"],
    [900 * DAY, "900 d"],
  ])("%d ms ago is %s", (age, text) => expect(ageText(NOW - age, NOW)).toBe(text));
});

describe("countdownText", () => {
  test.each([
    [1, "1 s"],
    [41_200, "42 s"],
    [2 * MINUTE, "2 min"],
    [59 * MINUTE + 59 * SECOND, "59 min"],
    [3 * HOUR + 12 * MINUTE, "3 h 12 min"],
    [5 * HOUR, "5 h"],
    [DAY + 18 * HOUR, "1 d 18 h"],
    [9 * DAY, "9 d"],
  ])("%d ms is %s", (wait, text) => expect(countdownText(wait)).toBe(text));

  test("what has come is due", () => expect(untilText(NOW, NOW)).toBe("due"));
});

describe("lengthText", () => {
  test.each([
    [0, "0 ms"],
    [412, "412 ms"],
    [1_240, "1.2 s"],
    [59_600, "1 min"],
    [250 * SECOND, "4 min 10 s"],
    [3 * HOUR + 12 * MINUTE, "3 h 12 min"],
    [2 * DAY + 4 * HOUR, "2 d 4 h"],
  ])("%d ms is %s", (length, text) => expect(lengthText(length)).toBe(text));
});
