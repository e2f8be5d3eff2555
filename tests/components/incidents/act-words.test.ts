import { describe, expect, test } from "vitest";
import {
  actAlready,
  actButton,
  actDone,
  actMeaning,
  actTitle,
  type ActView,
} from "../../../components/incidents/act-words.ts";
import { whyTogether } from "../../../components/incidents/outage-words.ts";

const PAGE: ActView = {
  ...{ act: "mute", by: "somebody over the channel Ops", outage: null, project: "Night shift", open: 1, done: false },
  incidents: [
    {
      ...{ id: "i1", jobName: "db-backup", severity: "critical", cause: "failed", state: "open", title: "Failed: x" },
      ...{ openedAt: 0, resolvedAt: null, resolveReason: null, acknowledgedAt: null, acknowledgedBy: null },
      ...{ snoozedUntil: null, snoozedUntilSuccess: false, mutedAt: null, outageId: null, exitCode: 3, host: "db-03" },
    },
  ],
};

const HOST = { kind: "host", host: "db-03", total: 14 } as const;
const PROJECT = { kind: "project", host: null, total: 3 } as const;

describe("the heading asks, and says afterwards what was done", () => {
  test.each<[string, Partial<ActView>]>([
    ["Mute db-backup?", {}],
    ["db-backup is muted", { done: true }],
    ["Snooze db-backup for 1 hour?", { act: "snooze" }],
    ["It is over", { open: 0 }],
    ["Acknowledge all 12 open incidents of db-03?", { act: "acknowledge", open: 12, outage: HOST }],
    ["All 12 open incidents of db-03 are acknowledged", { act: "acknowledge", open: 12, outage: HOST, done: true }],
    ["Snooze all 3 open incidents for 1 hour?", { act: "snooze", open: 3, outage: PROJECT }],
    ["All 3 open incidents are snoozed", { act: "snooze", open: 3, outage: PROJECT, done: true }],
    ["Acknowledge db-backup?", { act: "acknowledge", outage: HOST }],
    ["db-backup is acknowledged", { act: "acknowledge", outage: HOST, done: true }],
  ])("%s", (title, changes) => {
    expect(actTitle({ ...PAGE, ...changes })).toBe(title);
  });
});

test("button and words are about one, or about all of them", () => {
  const of = (act: ActView["act"], open: number) => ({ act, open });
  expect(actButton(of("acknowledge", 1))).toBe("Acknowledge");
  expect(actButton(of("acknowledge", 4))).toBe("Acknowledge all 4");
  expect(actButton(of("snooze", 4))).toBe("Snooze all 4 for 1 hour");
  expect(actMeaning(of("mute", 4))).toContain("Nobody is told of them any more, not even of their end.");
  expect(actDone(of("mute", 1))).toBe("Muted. Nobody is told of it any more.");
  expect(actAlready(of("acknowledge", 4))).toBe("Somebody looks after all of them already.");
  expect(actAlready(of("snooze", 1))).toBe("It is snoozed already.");
});

test("why several belong together is what they share", () => {
  expect(whyTogether(HOST, "Night shift")).toContain("on the same machine, db-03,");
  expect(whyTogether(PROJECT, "Night shift")).toContain("more than half of the jobs that had to run in Night shift");
  expect(whyTogether(PROJECT, null)).toContain("in the project");
});
