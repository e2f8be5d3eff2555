import { expect, test } from "vitest";
import { actTitle, type ActView } from "../../../components/incidents/act-words.ts";

const PAGE: ActView = {
  ...{ act: "mute", by: "somebody over the channel Ops", outage: null, open: 1, done: false },
  incidents: [
    {
      ...{ id: "i1", jobName: "db-backup", severity: "critical", cause: "failed", state: "open", title: "Failed: x" },
      ...{ openedAt: 0, resolvedAt: null, resolveReason: null, acknowledgedAt: null, acknowledgedBy: null },
      ...{ snoozedUntil: null, snoozedUntilSuccess: false, mutedAt: null, outageId: null },
    },
  ],
};

test.each<[string, Partial<ActView>]>([
  ["Mute db-backup?", {}],
  ["Mute db-backup", { done: true }],
  ["It is over", { open: 0 }],
  ["Acknowledge 12 open incidents of db-03?", { act: "acknowledge", open: 12, outage: { host: "db-03", total: 14 } }],
  ["Snooze for 1 hour: 1 open incident of the project?", { act: "snooze", outage: { host: null, total: 3 } }],
])("%s", (title, changes) => {
  expect(actTitle({ ...PAGE, ...changes })).toBe(title);
});
