import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeSchedule, occurrences, parseScheduleText, ScheduleError } from "../../lib/domain/schedule.ts";
import { MINUTE } from "../../lib/domain/time.ts";

const NOON = Date.UTC(2026, 5, 1, 12);

describe("hostile schedules", () => {
  const texts = [
    "0",
    "* * * *",
    "* * * * * * * * *",
    "x".repeat(1_000_000),
    "* ".repeat(500_000),
    `${"1,".repeat(490)}1 * * * *`,
    `${"22-2,".repeat(190)}1 * * * *`,
    `${"9".repeat(900)} * * * *`,
    `*/${"9".repeat(900)} * * * *`,
    `*/2147483648 * * * *`,
    "\0\0\0\0\0",
    "\u001b[31m0 2 * * *",
    "0\u00a02 * * *",
    "\uFEFF\u200b0 2 * * *",
    "💥 💥 💥 💥 💥",
    "٠ ٢ * * *",
    "0 2 * * *; DROP TABLE jobs",
    "<script> * * * *",
    "-1 * * * *",
    "1.5e3 0x10 1_000 * *",
    "* * * * ,",
    ", , , , ,",
    "- - - - -",
    "/ / / / /",
    "@",
    "@reboot now",
    "every 99999999999999999999 d",
    "every -5s",
    "every NaN s",
    "0 0 31 2 *",
    "0 0 29 2 */7",
    "* * 29 2 */7",
    "0 22-2 * * *",
    "1#2 * * * *",
  ];

  it.each(texts.map((text) => [text.slice(0, 40), text]))("%j is answered at once", (_, text) => {
    // Of the processor: others may keep it busy.
    const started = process.cpuUsage();
    const answer = answerTo(text);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1_000).toBeLessThan(250);
    expect(answer).toMatch(/^(?:slots|none|\P{Cc}{10,400}[.])$/u);
  });

  it("never become every minute", () => {
    const garbage = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: fc.constantFrom(..."*/,-0159? \t@LW#") }));
    fc.assert(
      fc.property(garbage, (text) => {
        const answer = answerTo(text);
        if (answer !== "slots") return;
        const [first = 0, second = 0] = occurrences(parseScheduleText(text, "UTC"), NOON, 2);
        expect(second - first > MINUTE || /^[*?/,\-\d \t]+$/.test(text)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  function answerTo(text: string): string {
    try {
      const spec = parseScheduleText(text, "UTC");
      describeSchedule(spec);
      return occurrences(spec, NOON, 5).length === 0 ? "none" : "slots";
    } catch (error) {
      if (error instanceof ScheduleError) return error.message;
      throw error;
    }
  }
});
