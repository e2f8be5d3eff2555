import { describe, expect, it } from "vitest";
import type { Dialect } from "../../lib/domain/job.ts";
import { readAloud } from "../../lib/domain/schedule/reading.ts";

const AUTUMN = Date.UTC(2026, 9, 20, 12);

function warnings(expression: string, dialect: Dialect = "auto"): readonly string[] {
  return readAloud({ kind: "cron", dialect, expression, timeZone: "UTC" }, AUTUMN, 1).warnings;
}

describe("an expression whose scheduler was guessed", () => {
  it.each([
    ["0 22-2 * * *", "Debian's cron or Cronie would never run it."],
    ["0 2 * * 1#2", "If Debian's cron runs it: at 02:00 on Monday."],
    ["0 0 * * mon%2", "If Debian's cron or Celery runs it: at 00:00 on Monday."],
    [
      "0 0 13 * fri",
      "If Celery, Hangfire or node-cron runs it: at 00:00 on Friday when it falls on day 13 of the month.",
    ],
    ["0 0 2 ? * 2", "If Spring, Hangfire or another runs it: at 02:00 on Tuesday."],
  ])("%s: %s", (expression, sentence) => expect(warnings(expression)).toContain(sentence));

  it.each(["0 2 * * *", "*/5 * * * *", "0 9 * * 1-5", "@daily", "0 0 * * 7", "0 0 2 * * *", "0 0 1 */2 *", "@reboot"])(
    "%s is left alone where all that read it agree",
    (expression) => expect(warnings(expression).filter((warning) => /^If | would never/.test(warning))).toEqual([]),
  );

  it("is no matter where the scheduler is named", () => {
    expect(warnings("0 22-2 * * *", "hangfire")).toEqual([]);
    expect(warnings("0 2 * * 1#2", "hangfire")).toEqual([]);
  });
});
