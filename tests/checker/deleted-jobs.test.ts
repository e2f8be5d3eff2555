import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChannelRules } from "../../lib/domain/alerting/channel-rules.ts";
import { groupBy } from "../../lib/domain/group-by.ts";
import { MINUTE } from "../../lib/domain/time.ts";
import { inTransaction } from "../../lib/store/client.ts";
import { deleteJobRecord } from "../../lib/store/jobs-deletion.ts";
import { listPlanned, type OpenedIncident, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { listFates, useDispatch } from "../support/dispatch-trial.ts";
import { eventually } from "../support/eventually.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { addChannel, TEST_SECRETS } from "../support/outbox.ts";
import { startSmtpSink } from "../support/smtp-sink.ts";

const trial = useDispatch();
const SOON = 20_000;

let sink: HttpSink;
let project: TestProject;

beforeEach(async () => {
  sink = await startHttpSink();
  await offsetClock(trial.database(), 0);
  project = await makeProject(trial.database());
});
afterEach(async () => {
  await trial.stop();
  await sink.close();
});

const remove = (jobId: string) => inTransaction(trial.database().pool, (client) => deleteJobRecord(client, jobId));

async function addHook(path: string, rules: ChannelRules = {}): Promise<string> {
  const id = await addChannel(trial.database(), project, { url: `${sink.url}${path}` }, path);
  await trial.database().pool.query("UPDATE channels SET rules = $2 WHERE id = $1", [id, JSON.stringify(rules)]);
  return id;
}

/** One whose receiver keeps open what it is not told the end of. */
async function addAlertmanager(): Promise<void> {
  await trial
    .database()
    .pool.query(
      "INSERT INTO channels (project_id, kind, name, summary, settings) VALUES ($1, 'alertmanager', 'Keeper', '…', $2)",
      [project.id, TEST_SECRETS.seal(JSON.stringify({ server: sink.url }))],
    );
}

const fates = async (): Promise<string[]> =>
  (await listFates(trial.database())).map(({ event, state }) => `${event} ${state}`);

async function untilFates(...expected: string[]): Promise<void> {
  await eventually(async () => expect((await fates()).toSorted()).toEqual(expected.toSorted()), SOON);
}

const planned = async (): Promise<string[]> =>
  (await listPlanned(trial.database())).map(({ event, to }) => `${event} ${to}`);

type Hook = {
  event: string;
  verdict: string;
  why: string[];
  links: { url: string }[];
  incident: Record<string, unknown>;
};

const hooks = (path: string): Hook[] =>
  sink.requests.filter((request) => request.path === path).map(({ body }) => JSON.parse(body) as Hook);

describe("an incident that was told, when its job is deleted", () => {
  test("ends once over each channel that was told, by other processes, under the keys of its alarm", async () => {
    const mail = await startSmtpSink();
    await addHook("/hook");
    await addAlertmanager();
    await addChannel(trial.database(), project, { to: "ops@example.org" });
    const incident = await openIncident(trial.database(), project, { name: "backup", host: "db-03" });
    await planNow(trial.database());
    trial.start({ channels: { smtpUrl: mail.url } });
    await untilFates("opened sent", "opened sent", "opened sent");
    await trial.stop();

    await remove(incident.jobId);
    await planNow(trial.database());
    trial.start({ channels: { smtpUrl: mail.url } });
    const each = ["opened sent", "resolved sent"];
    await untilFates(...each, ...each, ...each);
    await trial.stop();

    const [, end] = hooks("/hook");
    expect(end).toMatchObject({ event: "resolved", verdict: "✓ CLOSED: job deleted · backup @ db-03" });
    expect(end?.why).toEqual([expect.stringMatching(/^Somebody deleted the job\. It was in trouble /)]);
    expect(end?.incident).toMatchObject({ id: incident.id, resolveReason: "deleted" });
    expect(end?.links.map(({ url }) => url)).toEqual(["https://belfry.example.org/jobs"]);
    type Alert = { labels: object; endsAt: string };
    const [alarm, closed] = sink.requests
      .filter(({ path }) => path === "/api/v2/alerts")
      .map(({ body }) => (JSON.parse(body) as Alert[])[0]);
    expect(closed?.labels).toEqual(alarm?.labels);
    expect(Date.parse(closed?.endsAt ?? "")).toBeLessThan(Date.parse(alarm?.endsAt ?? ""));
    const [first, last] = mail.messages;
    expect(first?.messageId).toMatch(/^<incident\./);
    expect([last?.references, last?.inReplyTo]).toEqual([first?.messageId, first?.messageId]);
    await mail.close();
  });

  test("ends for nobody else: neither for who takes other alerts nor for who takes ends alone", async () => {
    await addHook("/told");
    await addHook("/warnings", { severities: ["warning"] });
    await addHook("/ends", { events: ["resolved"] });
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    await addHook("/late");
    expect(await planned()).toEqual(["opened /told"]);
    await trial.database().pool.query("UPDATE deliveries SET state = 'sent', attempts = 1");
    await remove(incident.jobId);
    await planNow(trial.database());
    expect(await planned()).toEqual(["opened /told", "resolved /told"]);
  });

  test("ends where its alarm is under way at that moment, after it", async () => {
    await addHook("/hook");
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    sink.reply(async () => {
      await answered;
      return { status: 200 };
    });
    const loop = trial.start();
    await sink.received(1);
    await remove(incident.jobId);
    await planNow(trial.database());
    expect(await fates()).toEqual(["opened sending", "resolved pending"]);
    answer();
    loop.wake();
    await untilFates("opened sent", "resolved sent");
    expect(hooks("/hook").map(({ event }) => event)).toEqual(["opened", "resolved"]);
  });

  test("ends for who was told; who would have been told later hears nothing at all", async () => {
    await addHook("/now");
    await addHook("/later", { delayMinutes: 10 });
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    trial.start();
    await untilFates("opened sent", "opened pending");
    await trial.stop();
    await remove(incident.jobId);
    await planNow(trial.database());
    await offsetClock(trial.database(), 11 * MINUTE);
    trial.start();
    await untilFates("opened sent", "opened dropped", "resolved sent", "resolved dropped");
    expect(hooks("/later")).toEqual([]);
  });

  test("is not told to have ended where its alarm, about to leave, was held back after all", async () => {
    await addHook("/hook");
    const incident = await openIncident(trial.database(), project);
    await planNow(trial.database());
    const { pool } = trial.database();
    await pool.query(
      "UPDATE deliveries SET state = 'sending', attempts = 1, lease_until = belfry_now() + interval '1 hour'",
    );
    await remove(incident.jobId);
    await planNow(trial.database());
    await pool.query("UPDATE deliveries SET state = 'dropped', lease_until = NULL WHERE state = 'sending'");
    trial.start();
    await untilFates("opened dropped", "resolved dropped");
    expect(sink.requests).toEqual([]);
  });

  test("of an outage ends under the outage's id, and the others stay", async () => {
    await addHook("/hook");
    const names = ["a", "b", "c"];
    const incidents = [];
    for (const name of names) incidents.push(await openIncident(trial.database(), project, { name, host: "db-03" }));
    await planNow(trial.database());
    trial.start();
    await untilFates("opened sent", "opened sent", "opened sent");
    await trial.stop();
    const [a, b, c] = incidents;
    if (a === undefined || b === undefined || c === undefined) return expect.unreachable();
    await remove(a.jobId);
    for (const one of [b, c]) await resolveIncident(trial.database(), one);
    await planNow(trial.database());
    trial.start();
    const each = ["opened sent", "resolved sent"];
    await untilFates(...each, ...each, ...each);
    const [alarm, end] = hooks("/hook");
    expect(end?.incident["id"]).toBe(alarm?.incident["id"]);
    expect(end?.verdict).toMatch(/^✓ ALL 3 OVER after .* · db-03$/);
    expect(end?.links[0]?.url).toMatch(new RegExp(`/incidents/(${b.id}|${c.id})$`));
  });

  test("is told as closed where the job was unstable, in place of its being stable again", async () => {
    await addHook("/hook");
    const incident = await openIncident(trial.database(), project);
    await trial.database().pool.query(
      `UPDATE alerts SET plan_at = belfry_now() + interval '1 hour', hold = 'unstable';
       INSERT INTO unstable_jobs (job_id, project_id, incident_id, since, openings, check_at)
       SELECT job_id, project_id, id, opened_at, 4, belfry_now() + interval '1 hour' FROM incidents;
       INSERT INTO alerts (id, project_id, job_id, incident_id, event, severity, sequence, created_at, plan_at, facts)
       SELECT gen_random_uuid(), project_id, job_id, incident_id, 'unstable', severity, 1, created_at, belfry_now(), facts FROM alerts`,
    );
    await planNow(trial.database());
    trial.start();
    await untilFates("unstable sent");
    await trial.stop();
    await remove(incident.jobId);
    await planNow(trial.database());
    trial.start();
    await untilFates("unstable sent", "stable sent");
    expect(hooks("/hook").at(-1)?.verdict).toMatch(/^✓ CLOSED: job deleted · /);
  });
});

test("of jobs that are deleted while their alarms are planned and sent people hear each end that they heard the beginning of", async () => {
  const incidents: OpenedIncident[] = [];
  for (let nth = 0; nth < 24; nth += 1) {
    project = await makeProject(trial.database());
    await addHook("/hook");
    incidents.push(await openIncident(trial.database(), project));
  }
  const loop = trial.start();
  const pump = setInterval(() => loop.wake(), 5);
  const planning = planNow(trial.database());
  await sink.received(1);
  await Promise.all(incidents.map(({ jobId }) => remove(jobId)));
  await planning;
  await planNow(trial.database());
  await eventually(async () => {
    const { rows } = await trial.database().pool.query(
      `SELECT FROM deliveries WHERE state IN ('pending', 'sending')
       UNION ALL SELECT FROM alerts WHERE plan_at IS NOT NULL`,
    );
    expect(rows).toEqual([]);
  }, SOON);
  clearInterval(pump);
  const told = groupBy(hooks("/hook"), ({ incident }) => String(incident["id"]));
  expect(told.size).toBeGreaterThan(0);
  for (const own of told.values()) expect(own.map(({ event }) => event)).toEqual(["opened", "resolved"]);
});
