import { describe, expect, test } from "vitest";
import { rulesInWords } from "../../../lib/domain/alerting/channel-rules-words.ts";
import { type ChannelRules, hearsAlarms, passageOf } from "../../../lib/domain/alerting/channel-rules.ts";
import { HOUR, MINUTE } from "../../../lib/domain/time.ts";
import { NOW, pending, recovery } from "../../support/pending.ts";

/** NOW is a Sunday, 03:00 UTC. */
const NIGHTS = { timeZone: "UTC", days: [1, 2, 3, 4, 5, 6, 7], from: "22:00", to: "07:00" };
const MORNING = NOW + 4 * HOUR;

describe("a channel", () => {
  test("without rules takes everything at once", () => {
    expect(passageOf({}, pending("a"), NOW)).toEqual({ at: NOW, onlyIf: null });
    expect(passageOf({}, recovery("a"), NOW)).toEqual({ at: NOW, onlyIf: null });
    expect(passageOf({}, pending("a", { event: "reminder" }), NOW)).toEqual({ at: NOW, onlyIf: null });
  });

  test.each<[ChannelRules, string[]]>([
    [{ events: ["opened"] }, ["opened", "changed", "unstable"]],
    [{ events: ["reminder"] }, ["reminder"]],
    [{ events: ["resolved"] }, ["resolved", "stable"]],
    [{ severities: ["warning"] }, []],
    [{ severities: ["critical"] }, ["opened", "changed", "unstable", "reminder", "resolved", "stable"]],
  ])("with the rules %j takes these events of a critical incident: %j", (rules, taken) => {
    const events = ["opened", "changed", "unstable", "reminder", "resolved", "stable"] as const;
    expect(events.filter((event) => passageOf(rules, pending("a", { event }), NOW) !== null)).toEqual(taken);
  });

  test("takes only jobs with one of its tags", () => {
    const rules = { tags: ["db", "night"] };
    expect(passageOf(rules, pending("a", { job: { tags: ["web", "db"] } }), NOW)).not.toBeNull();
    expect(passageOf(rules, pending("a", { job: { tags: ["web"] } }), NOW)).toBeNull();
    expect(passageOf(rules, pending("a"), NOW)).toBeNull();
  });

  test("that escalates waits for somebody to acknowledge, but not with the end", () => {
    const rules = { delayMinutes: 30 };
    expect(passageOf(rules, pending("a"), NOW)).toEqual({ at: NOW + 30 * MINUTE, onlyIf: "unacknowledged" });
    expect(passageOf(rules, recovery("a"), NOW)).toEqual({ at: NOW, onlyIf: null });
  });
});

describe("in quiet hours", () => {
  test("an alarm and a reminder wait for their end and are told if the incident is still open", () => {
    const rules = { quietHours: NIGHTS };
    expect(passageOf(rules, pending("a"), NOW)).toEqual({ at: MORNING, onlyIf: "open" });
    expect(passageOf(rules, pending("a", { event: "reminder" }), NOW)).toEqual({ at: MORNING, onlyIf: "open" });
  });

  test("the end of what was told waits as well, without a condition", () => {
    expect(passageOf({ quietHours: NIGHTS }, recovery("a"), NOW)).toEqual({ at: MORNING, onlyIf: null });
  });

  test("critical incidents come through where they shall, with their ends; warnings wait", () => {
    const rules = { quietHours: { ...NIGHTS, exceptCritical: true } };
    expect(passageOf(rules, pending("a"), NOW)).toEqual({ at: NOW, onlyIf: null });
    expect(passageOf(rules, recovery("a"), NOW)).toEqual({ at: NOW, onlyIf: null });
    expect(passageOf(rules, pending("a", { severity: "warning" }), NOW)).toEqual({ at: MORNING, onlyIf: "open" });
  });

  test("an escalation that would fall into them comes at their end, unless somebody has acknowledged", () => {
    const rules = { quietHours: NIGHTS, delayMinutes: 30 };
    expect(passageOf(rules, pending("a"), NOW)).toEqual({ at: MORNING, onlyIf: "unacknowledged" });
    const before = NOW - 5 * HOUR - 10 * MINUTE;
    expect(passageOf(rules, pending("a"), before)).toEqual({ at: MORNING, onlyIf: "unacknowledged" });
  });

  test("that never end nothing waits", () => {
    const always = { ...NIGHTS, from: "00:00", to: "00:00" };
    expect(passageOf({ quietHours: always }, pending("a"), NOW)).toEqual({ at: NOW, onlyIf: null });
  });
});

test("a channel hears of a job's alarms if its rules take critical ones with one of its tags", () => {
  expect(hearsAlarms({}, [])).toBe(true);
  expect(hearsAlarms({ delayMinutes: 60, quietHours: NIGHTS }, [])).toBe(true);
  expect(hearsAlarms({ events: ["resolved"] }, [])).toBe(false);
  expect(hearsAlarms({ severities: ["warning"] }, [])).toBe(false);
  expect(hearsAlarms({ tags: ["db"] }, ["web"])).toBe(false);
  expect(hearsAlarms({ tags: ["db"] }, ["db"])).toBe(true);
});

test.each<[ChannelRules, string]>([
  [{}, "Takes every alert, at once."],
  [{ events: ["opened", "resolved"] }, "Takes alarms and all-clears, at once."],
  [
    { severities: ["critical"], tags: ["db", "night"] },
    "Takes every alert of critical incidents of jobs tagged “db” or “night”, at once.",
  ],
  [
    { severities: ["warning"], delayMinutes: 90 },
    "Takes every alert of warnings, but only if nobody has acknowledged the incident after 90 minutes and it is still open.",
  ],
  [
    { quietHours: { ...NIGHTS, days: [1, 2, 3, 4, 5], exceptCritical: true } },
    "Takes every alert, at once outside quiet hours. Quiet hours are Monday to Friday, 22:00 to 07:00 (UTC): only warnings wait for their end, and are told then if the trouble is still there.",
  ],
  [
    { delayMinutes: 60, quietHours: { ...NIGHTS, days: [6, 7] } },
    "Takes every alert, but only if nobody has acknowledged the incident after an hour and it is still open. Quiet hours are Saturday and Sunday, 22:00 to 07:00 (UTC): alerts wait for their end, and are told then if the trouble is still there.",
  ],
])("%j reads: %s", (rules, words) => {
  expect(rulesInWords(rules)).toBe(words);
});
