import { describe, expect, it } from "vitest";
import type { NamedDialect } from "../../lib/domain/job.ts";
import { compileSchedule } from "../../lib/domain/schedule.ts";

const START = "Day and weekday are both set:";

describe("a day and a weekday", () => {
  it.each<[NamedDialect, string, string | null]>([
    ["vixie", "0 0 1 * 1", "Debian's cron runs when either of them matches."],
    ["vixie", "0 0 1 * */2", "Debian's cron runs only on days that match both."],
    ["vixie", "0 0 1-31 * 1", "Debian's cron runs when either of them matches, which is every day."],
    ["vixie", "0 0 * * 1", null],
    ["vixie", "0 0 31 2 fri-mon", null],
    ["cronie", "0 0 1 * 1", "Cronie runs when either of them matches."],
    ["busybox", "0 0 */2 * 1", "BusyBox runs when either of them matches."],
    ["kubernetes", "0 0 1 * */2", "Kubernetes runs when either of them matches."],
    ["kubernetes", "0 0 1,* * 1", null],
    ["sidekiq", "0 0 1 * 1", "Sidekiq runs when either of them matches."],
    ["sidekiq", "0 0 1 * 1&", "Sidekiq runs only on days that match both."],
    ["spring", "0 0 0 1 * 1", "Spring runs only on days that match both."],
    ["celery", "0 0 1 * 1", "Celery runs only on days that match both."],
    ["node-cron", "0 0 1 * 1", "node-cron runs only on days that match both."],
    ["github", "0 0 1 * 1", "GitHub runs when either of them matches."],
    ["bullmq", "0 0 1 * 1", "BullMQ runs when either of them matches."],
    ["bullmq", "0 0 ? * 1", null],
  ])("%s %s", (dialect, expression, told) => {
    const { warnings } = compileSchedule({ kind: "cron", dialect, expression, timeZone: "UTC" });
    expect(warnings.filter((warning) => warning.startsWith(START))).toEqual(told === null ? [] : [`${START} ${told}`]);
  });
});
