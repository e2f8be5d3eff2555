import { beforeEach, describe, expect, test } from "vitest";
import type { AttemptReport } from "../../lib/checker/dispatch-send.ts";
import type { DatabaseClock } from "../../lib/store/clock.ts";
import { skipBackOff } from "../support/back-off.ts";
import type { TestDatabase } from "../support/database.ts";
import { keyOf, SOON, tryDispatchers } from "../support/dispatchers.ts";
import { eventually } from "../support/eventually.ts";
import type { HttpSink, SunkRequest } from "../support/http-sink.ts";
import type { TestProject } from "../support/jobs.ts";
import { addAlert, addIncident, addProject, addRecovery, type TestIncident } from "../support/outbox.ts";
import type { SmtpSink } from "../support/smtp-sink.ts";

const { start, states, surroundings, untilAll, webhooks } = tryDispatchers();

let database: TestDatabase;
let clock: DatabaseClock;
let sink: HttpSink;
let mail: SmtpSink;

beforeEach(() => {
  ({ database, clock, sink, mail } = surroundings());
});

test("a delivery that is due leaves at once, and is reported with its lag", async () => {
  const { project, channelIds } = await webhooks("/hook");
  const reports: AttemptReport[] = [];
  const loop = start({ onAttempt: (report) => reports.push(report) });
  const incident = await addIncident(database, project, "db-backup");
  await addAlert(database, incident, "opened", channelIds);
  loop.wake();
  await sink.received(1);
  await untilAll("sent");
  expect(sink.requests[0]?.body).toContain("✗ FAILED (exit 3) · db-backup");
  expect(reports).toMatchObject([{ kind: "webhook", event: "opened", attempt: 1, accepted: true, permanent: false }]);
  expect(reports[0]?.waitedMs).toBeLessThan(SOON);
  const { rows } = await database.pool.query("SELECT accepted, status, answer FROM messages");
  expect(rows).toEqual([{ accepted: true, status: 200, answer: "ok" }]);
});

test("an incident is one mail thread, with the recovery in it", async () => {
  const { project, channelIds } = await addProject(database, [{ to: "ops@example.org" }]);
  const incident = await addIncident(database, project);
  await addAlert(database, incident, "opened", channelIds);
  await addRecovery(database, incident, channelIds);
  start();
  await mail.received(2);
  await untilAll("sent");
  const [opened, recovered] = mail.messages;
  expect(opened?.subject).toMatch(/^✗ FAILED/);
  expect(recovered?.subject).toMatch(/^✓ RECOVERED/);
  expect(recovered?.references).toBe(opened?.messageId);
  const { rows } = await database.pool.query("SELECT external_id FROM messages ORDER BY started_at, finished_at");
  expect(rows.map((row) => row.external_id)).toEqual([opened?.messageId, recovered?.messageId]);
});

describe("side by side", () => {
  async function storm(project: TestProject, channelIds: string[], count: number): Promise<TestIncident[]> {
    const incidents: TestIncident[] = [];
    for (let index = 0; index < count; index += 1) {
      const incident = await addIncident(database, project);
      await addAlert(database, incident, "opened", channelIds);
      await addRecovery(database, incident, channelIds);
      incidents.push(incident);
    }
    return incidents;
  }

  /** What each channel heard of each incident, in order of arrival. */
  function heard(): Map<string, string[]> {
    const events = new Map<string, string[]>();
    for (const { path, body } of sink.requests) {
      const { incident, event } = JSON.parse(body) as { incident: { id: string }; event: string };
      const key = `${path} ${incident.id}`;
      events.set(key, [...(events.get(key) ?? []), event]);
    }
    return events;
  }

  test("three dispatchers send everything once, every recovery after its alarm", async () => {
    const { project, channelIds } = await webhooks("/a", "/b", "/c");
    await storm(project, channelIds, 40);
    for (let index = 0; index < 3; index += 1) start();
    await sink.received(240);
    await untilAll("sent");
    expect(new Set(sink.requests.map(keyOf)).size).toBe(240);
    expect(sink.requests).toHaveLength(240);
    expect([...heard().values()].every((events) => events.join() === "opened,resolved")).toBe(true);
  });

  test("with a receiver that fails now and then everything arrives, still in order and once accepted", async () => {
    const { project, channelIds } = await webhooks("/a", "/b");
    await storm(project, channelIds, 20);
    const accepted: SunkRequest[] = [];
    sink.reply((request, nth) => {
      if (nth % 7 === 0) return { status: 503 };
      if (nth % 11 === 0) return { status: 500 };
      accepted.push(request);
      return { status: 200 };
    });
    const loops = [start(), start()];
    await eventually(async () => {
      // What fails three or four times by chance would rest for half a minute.
      if (await skipBackOff(database, clock)) for (const loop of loops) loop.wake();
      expect(new Set(await states())).toEqual(new Set(["sent"]));
    }, SOON);
    expect(accepted).toHaveLength(80);
    expect(new Set(accepted.map(keyOf)).size).toBe(80);
    const order = new Map<string, string[]>();
    for (const { path, body } of accepted) {
      const { incident, event } = JSON.parse(body) as { incident: { id: string }; event: string };
      order.set(path + incident.id, [...(order.get(path + incident.id) ?? []), event]);
    }
    expect([...order.values()].every((events) => events.join() === "opened,resolved")).toBe(true);
  });

  test("a receiver that never answers does not hold up others", async () => {
    const { project, channelIds } = await webhooks("/silent", "/ok");
    await storm(project, channelIds, 30);
    sink.reply(({ path }) => (path === "/silent" ? "silent" : { status: 200 }));
    start();
    await eventually(() => expect(sink.requests.filter(({ path }) => path === "/ok")).toHaveLength(60), SOON);
    expect(sink.requests.filter(({ path }) => path === "/silent").length).toBeLessThanOrEqual(4);
  });
});
