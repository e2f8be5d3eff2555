import { describe, expect, test } from "vitest";
import { groupAlarms } from "../../../lib/domain/alerting/outage.ts";
import type { AlertingContext, LoneIncident, PendingAlert } from "../../../lib/domain/alerting/pending.ts";
import { HOUR, MINUTE, SECOND } from "../../../lib/domain/time.ts";
import { contextOf, counter, NOW, outageOf, pending } from "../../support/pending.ts";

const on = (host: string | null, ...names: string[]): PendingAlert[] =>
  names.map((name) => pending(name, { job: { host } }));

const alone = (name: string, host: string | null, openedAt = NOW): LoneIncident => {
  return { incidentId: `incident of ${name}`, jobId: name, severity: "critical", host, openedAt, toldAt: openedAt };
};

/** Which outage each job is of. */
function group(alarms: readonly PendingAlert[], context: Partial<AlertingContext> = {}): Record<string, string> {
  const { members } = groupAlarms(alarms, contextOf(context), counter());
  return Object.fromEntries(
    members.map(({ incidentId, outageId }) => [incidentId.replace("incident of ", ""), outageId]),
  );
}

describe("jobs of one machine", () => {
  test.each<
    [what: string, alarms: PendingAlert[], context: Partial<AlertingContext>, expected: Record<string, string>]
  >([
    ["two that open together are an outage", on("db", "a", "b"), {}, { a: "new 1", b: "new 1" }],
    ["one is none", on("db", "a"), {}, {}],
    [
      "two machines are two",
      [...on("x", "a", "b"), ...on("y", "c", "d")],
      {},
      { a: "new 1", b: "new 1", c: "new 2", d: "new 2" },
    ],
    ["nobody knows where: no machine", on(null, "a", "b"), { dueJobs: 9 }, {}],
    [
      "one told alone a moment ago joins",
      on("db", "b"),
      { alone: [alone("a", "db", NOW - MINUTE)] },
      { b: "new 1", a: "new 1" },
    ],
    ["one told alone earlier does not", on("db", "b"), { alone: [alone("a", "db", NOW - MINUTE - 1)] }, {}],
    [
      "the same job's warning is not a second job",
      [...on("db", "a"), pending("a", { severity: "warning", job: { host: "db" }, incident: { id: "w" } })],
      {},
      {},
    ],
    [
      "what opens soon after joins",
      on("db-03", "c"),
      { outages: [outageOf({ latestAt: NOW - MINUTE })] },
      { c: "outage" },
    ],
    ["what opens long after does not", on("db-03", "c"), { outages: [outageOf({ latestAt: NOW - MINUTE - 1 })] }, {}],
    ["an outage that is over takes nobody", on("db-03", "c"), { outages: [outageOf({ open: 0 })] }, {}],
    ["an outage of another machine takes nobody", on("db-04", "c"), { outages: [outageOf()] }, {}],
  ])("%s", (_what, alarms, context, expected) => {
    expect(group(alarms, context)).toEqual(expected);
  });

  test("that is silent: whatever is missed joins, however late, until one of them is back", () => {
    const missed = [pending("hourly", { cause: "missed", job: { host: "db-03" } })];
    const outage = outageOf({ latestAt: NOW - HOUR });
    expect(group(missed, { outages: [outage] })).toEqual({ hourly: "outage" });
    expect(group(missed, { outages: [{ ...outage, open: 1 }] })).toEqual({});
    expect(group(on("db-03", "fails"), { outages: [outage] })).toEqual({});
  });

  test("follow each other: each has a minute from the one before", () => {
    const opened = [0, 50, 100].map((seconds) =>
      pending(`at ${seconds}`, { job: { host: "db-03" }, incident: { openedAt: NOW + seconds * SECOND } }),
    );
    expect(Object.values(group(opened, { outages: [outageOf()] }))).toEqual(["outage", "outage", "outage"]);
  });
});

describe("most of what a project had to do", () => {
  const spread = (count: number) =>
    Array.from({ length: count }, (_, index) => pending(`job ${index}`, { job: { host: `host ${index}` } }));

  test.each<[what: string, alarms: PendingAlert[], context: Partial<AlertingContext>, outages: number]>([
    ["more than half", spread(3), { dueJobs: 5 }, 1],
    ["just half", spread(3), { dueJobs: 6 }, 0],
    ["two are too few to say", spread(2), { dueJobs: 2 }, 0],
    ["with those told a moment ago", spread(2), { dueJobs: 5, alone: [alone("other", "elsewhere")] }, 1],
    ["of one machine: that machine's", on("db", "a", "b", "c"), { dueJobs: 3 }, 1],
    ["of machines that nobody knows", on(null, "a", "b", "c"), { dueJobs: 3 }, 1],
    [
      "warnings do not count",
      spread(3).map((alarm) => ({ ...alarm, severity: "warning" as const })),
      { dueJobs: 3 },
      0,
    ],
  ])("%s", (_what, alarms, context, outages) => {
    expect(new Set(Object.values(group(alarms, context))).size).toBe(outages);
  });

  test("is one outage of the project, however many machines it is on", () => {
    const { outages } = groupAlarms(spread(4), contextOf({ dueJobs: 4 }), counter());
    expect(outages).toMatchObject([{ kind: "project", host: null, open: 4, total: 4, toldAt: null }]);
  });
});

test("an outage counts who is still in trouble, and each once", () => {
  const over = pending("b", { job: { host: "db" }, incident: { resolvedAt: NOW } });
  expect(groupAlarms([...on("db", "a"), over], contextOf(), counter()).outages).toMatchObject([{ open: 1, total: 2 }]);
  const waiting = pending("a", { job: { host: "db-03" }, incident: { outageId: "outage" } });
  const grown = groupAlarms([waiting, ...on("db-03", "c")], contextOf({ outages: [outageOf()] }), counter());
  expect(grown.outages).toMatchObject([{ open: 3, total: 3 }]);
});
