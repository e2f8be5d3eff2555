import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { changeIncident, listHolds, listPlanned, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createTestDatabase, offsetClock, type TestDatabase } from "../support/database.ts";
import { makeChannel, makeOnlyProject, type TestProject } from "../support/jobs.ts";
import { addPerson } from "../support/outbox.ts";

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  project = await makeOnlyProject(database);
});
afterAll(() => database.close());

describe("an incident alone", () => {
  test("is told at once over every channel, and its end after it", async () => {
    await makeChannel(database, project);
    await makeChannel(database, project);
    const incident = await openIncident(database, project, { name: "backup" });
    await planNow(database);
    await resolveIncident(database, incident);
    await planNow(database);
    const planned = await listPlanned(database);
    expect(planned.map(({ event, leadId }) => [event, leadId])).toEqual([
      ["opened", null],
      ["opened", null],
      ["resolved", null],
      ["resolved", null],
    ]);
    expect((await listHolds(database)).every(({ hold, waits }) => hold === null && !waits)).toBe(true);
  });

  test("is told to the owners by mail where the project has no channel", async () => {
    await addPerson(database, "owner@example.org", { owns: project });
    await addPerson(database, "root@example.org", { operator: true });
    await openIncident(database, project);
    await planNow(database);
    expect((await listPlanned(database)).map(({ to }) => to)).toEqual(["owner@example.org"]);
  });

  test("that nobody can be told of says so", async () => {
    await openIncident(database, project, { name: "backup" });
    await planNow(database, { mailWorks: false });
    expect(await listHolds(database)).toEqual([{ job: "backup", event: "opened", hold: "nobody", waits: false }]);
  });
});

describe("while another job of the project is due", () => {
  const dueAgo = (ms: number) => `UPDATE job_state SET check_at = belfry_now() - ${ms} * interval '1 millisecond'`;

  test.each([
    ["a machine that falls silent waits for it, judged or not", "missed", 300, true],
    ["what a job said of itself does not wait for what is not judged yet", "failed", 300, false],
    ["what a job said of itself waits for what should have been judged", "failed", 1_500, true],
  ] as const)("%s", async (_what, cause, agoMs, waits) => {
    await makeChannel(database, project);
    await openIncident(database, project, { name: "due" });
    await database.pool.query("DELETE FROM incidents");
    await database.pool.query(dueAgo(agoMs));
    const deadlineAt = cause === "missed" ? Date.now() - 1_000 : null;
    await openIncident(database, project, { name: "backup", cause, facts: { deadlineAt } });
    await planNow(database);
    expect((await listHolds(database)).map((alert) => alert.waits)).toEqual([waits]);
  });
});

describe("another cause in an open incident", () => {
  const planned = async () => (await listPlanned(database)).map(({ event, leadId }) => [event, leadId]);

  test("is told over every channel that takes alarms, after the alarm", async () => {
    await makeChannel(database, project);
    const ends = await makeChannel(database, project);
    await database.pool.query("UPDATE channels SET rules = $2 WHERE id = $1", [ends, { events: ["resolved"] }]);
    const incident = await openIncident(database, project, { name: "backup", cause: "missed" });
    await changeIncident(database, incident, "failed");
    await planNow(database);
    expect(await planned()).toEqual([
      ["opened", null],
      ["changed", null],
    ]);
  });

  test.each([
    ["has snoozed", "snoozed_until = belfry_now() + interval '1 hour'", "snoozed"],
    ["has muted", "muted_at = belfry_now()", "muted"],
  ])("is not told of an incident that somebody %s", async (_what, change, hold) => {
    await makeChannel(database, project);
    const incident = await openIncident(database, project, { name: "backup", cause: "missed" });
    await planNow(database);
    await database.pool.query(`UPDATE incidents SET ${change}`);
    await changeIncident(database, incident, "failed");
    await planNow(database);
    expect(await planned()).toEqual([["opened", null]]);
    expect((await listHolds(database)).at(-1)).toEqual({ job: "backup", event: "changed", hold, waits: false });
  });

  test("is not told where the incident has ended or nobody heard of it", async () => {
    const unheard = await openIncident(database, project, { name: "unheard" });
    await planNow(database, { mailWorks: false });
    await makeChannel(database, project);
    const ended = await openIncident(database, project, { name: "ended" });
    await planNow(database);
    await changeIncident(database, unheard, "missed");
    await changeIncident(database, ended, "missed");
    await resolveIncident(database, ended);
    await planNow(database);
    expect(await planned()).toEqual([
      ["opened", null],
      ["resolved", null],
    ]);
    const changes = (await listHolds(database)).filter(({ event }) => event === "changed");
    expect(changes.map(({ hold, waits }) => [hold, waits])).toEqual([
      ["passed", false],
      ["passed", false],
    ]);
  });

  test("is what a reminder tells afterwards", async () => {
    await makeChannel(database, project);
    const incident = await openIncident(database, project, { name: "backup", cause: "missed" });
    await planNow(database);
    await changeIncident(database, incident, "failed");
    await database.pool.query("UPDATE incidents SET remind_at = belfry_now()");
    await planNow(database);
    const { rows } = await database.pool.query(
      "SELECT facts ->> 'cause' AS cause FROM alerts WHERE event = 'reminder'",
    );
    expect(rows).toEqual([{ cause: "failed" }]);
  });
});

describe("an incident that somebody has muted", () => {
  test("ends in silence, except where it would stay open for ever", async () => {
    await makeChannel(database, project);
    const pager = await makeChannel(database, project);
    await database.pool.query("UPDATE channels SET kind = 'pagerduty', name = 'Pager' WHERE id = $1", [pager]);
    const incident = await openIncident(database, project, { name: "backup" });
    await planNow(database);
    await database.pool.query("UPDATE incidents SET muted_at = belfry_now()");
    await resolveIncident(database, incident);
    await planNow(database);
    const ends = (await listPlanned(database)).filter(({ event }) => event === "resolved");
    expect(ends.map(({ to }) => to)).toEqual(["Pager"]);
  });

  test("says so where nobody hears of its end", async () => {
    await makeChannel(database, project);
    const incident = await openIncident(database, project, { name: "backup" });
    await planNow(database);
    await database.pool.query("UPDATE incidents SET muted_at = belfry_now()");
    await resolveIncident(database, incident);
    await planNow(database);
    expect((await listHolds(database)).at(-1)).toEqual({
      job: "backup",
      event: "resolved",
      hold: "muted",
      waits: false,
    });
  });
});

describe("jobs of one machine", () => {
  test("are one message, its follow-up a minute later, and one recovery", async () => {
    await makeChannel(database, project);
    const first = [];
    for (const name of ["a", "b", "c"]) first.push(await openIncident(database, project, { name, host: "db-03" }));
    await planNow(database);
    expect(await bundles()).toEqual([["a", "b", "c"]]);
    await offsetClock(database, 20 * SECOND);
    for (const name of ["d", "e"]) first.push(await openIncident(database, project, { name, host: "db-03" }));
    await planNow(database);
    expect(await bundles()).toEqual([["a", "b", "c"]]);
    await offsetClock(database, 61 * SECOND);
    await planNow(database);
    expect(await bundles()).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
    ]);
    const last = first.pop();
    for (const incident of first) await resolveIncident(database, incident);
    await planNow(database);
    expect((await bundles()).length).toBe(2);
    if (last !== undefined) await resolveIncident(database, last);
    await planNow(database);
    expect((await bundles()).at(-1)?.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
    const { rows } = await database.pool.query("SELECT kind, host, resolved_at IS NOT NULL AS resolved FROM outages");
    expect(rows).toEqual([{ kind: "host", host: "db-03", resolved: true }]);
  });

  test("that recover slowly are told of after five minutes, and the rest when it is over", async () => {
    await makeChannel(database, project);
    const [a, b] = [
      await openIncident(database, project, { name: "a", host: "h" }),
      await openIncident(database, project, { name: "b", host: "h" }),
    ];
    await planNow(database);
    await resolveIncident(database, a);
    await planNow(database);
    expect(await bundles()).toEqual([["a", "b"]]);
    await offsetClock(database, 5 * MINUTE + SECOND);
    await planNow(database);
    expect(await bundles()).toEqual([["a", "b"], ["a"]]);
    await resolveIncident(database, b);
    await planNow(database);
    expect(await bundles()).toEqual([["a", "b"], ["a"], ["b"]]);
  });

  test("stay apart from those of others, and from those that are long after", async () => {
    await makeChannel(database, project);
    await openIncident(database, project, { name: "a", host: "one" });
    await openIncident(database, project, { name: "b", host: "two" });
    await planNow(database);
    await offsetClock(database, 2 * MINUTE);
    await openIncident(database, project, { name: "c", host: "one" });
    await planNow(database);
    expect(await bundles()).toEqual([["a"], ["b"], ["c"]]);
  });
});

/** Names of the jobs in each message, in order. */
async function bundles(): Promise<string[][]> {
  const messages = new Map<string, string[]>();
  for (const { id, leadId, job } of await listPlanned(database)) {
    const key = leadId ?? id;
    messages.set(key, [...(messages.get(key) ?? []), job]);
  }
  return [...messages.values()];
}
