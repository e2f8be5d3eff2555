import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Loop } from "../../lib/checker/loop.ts";
import { loadDeliveryContexts } from "../../lib/store/deliveries-context.ts";
import { MINUTE, SECOND } from "../../lib/domain/time.ts";
import { changeIncident, type OpenedIncident, openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { useDispatch } from "../support/dispatch-trial.ts";
import { eventually } from "../support/eventually.ts";
import { startHttpSink, type HttpSink } from "../support/http-sink.ts";
import { makeProject, type TestProject } from "../support/jobs.ts";
import { addChannel, TEST_SECRETS } from "../support/outbox.ts";
import { startSmtpSink } from "../support/smtp-sink.ts";

const SOON = 20_000;

const trial = useDispatch();

let sink: HttpSink;
let project: TestProject;
let running: Loop;

beforeEach(async () => {
  sink = await startHttpSink();
  sink.reply(() => ({ status: 200, body: '{"id":"77"}' }));
  await offsetClock(trial.database(), 0);
  project = await makeProject(trial.database());
});
afterEach(() => sink.close());

/** What the webhook was told, in order. */
type Told = {
  event: string;
  verdict: string;
  why: string[];
  members: { slug: string; event: string }[];
  incident: { id: string };
  elsewhere: string | null;
  output: unknown;
};

const told = (): Told[] => sink.requests.map(({ body }) => JSON.parse(body) as Told);

async function open(...names: string[]): Promise<OpenedIncident[]> {
  const opened: OpenedIncident[] = [];
  for (const name of names) opened.push(await openIncident(trial.database(), project, { name, host: "db-03" }));
  return opened;
}

/** Plans, and waits until that many messages have come and are booked. */
async function tell(messages: number): Promise<void> {
  await planNow(trial.database());
  running.wake();
  await sink.received(messages);
  await untilBooked();
}

async function untilBooked(): Promise<void> {
  await eventually(async () => {
    const { rows } = await trial.database().pool.query("SELECT FROM deliveries WHERE state IN ('pending', 'sending')");
    expect(rows).toEqual([]);
  }, SOON);
}

async function addDiscord(): Promise<void> {
  await trial
    .database()
    .pool.query(
      "INSERT INTO channels (project_id, kind, name, summary, settings) VALUES ($1, 'discord', 'Ops', '…', $2)",
      [project.id, TEST_SECRETS.seal(JSON.stringify({ url: `${sink.url}/api/webhooks/1/token` }))],
    );
}

describe("an outage over a channel that cannot edit", () => {
  beforeEach(async () => {
    await addChannel(trial.database(), project, { url: `${sink.url}/hook` });
    running = trial.start();
  });

  test("is told with every job, what joins later on its own, and its end as one", async () => {
    const incidents = await open("a", "b", "c");
    await tell(1);
    await offsetClock(trial.database(), 30 * SECOND);
    incidents.push(...(await open("d")));
    await offsetClock(trial.database(), 61 * SECOND);
    await tell(2);
    for (const incident of incidents) await resolveIncident(trial.database(), incident);
    await tell(3);
    const [first, more, over] = told();
    expect(first).toMatchObject({ event: "opened", verdict: "✗ 3 JOBS FAILED · db-03" });
    expect(first?.members.map(({ slug }) => slug)).toEqual(["a", "b", "c"]);
    expect(more).toMatchObject({ event: "changed", verdict: "✗ FAILED (exit 3) · d @ db-03 · 1 more, 4 in all" });
    expect(more?.why.slice(-3)).toEqual([
      "4 jobs of this outage are in trouble: db-03.",
      "Told before, and still so:",
      "✗ FAILED (3): a (exit 3), b (exit 3), c (exit 3)",
    ]);
    expect(over?.verdict).toMatch(/^✓ ALL 4 RECOVERED after .* · db-03$/);
    expect(over?.members.map(({ slug, event }) => `${slug} ${event}`).toSorted()).toEqual(
      ["a", "b", "c", "d"].map((slug) => `${slug} resolved`),
    );
    expect(new Set(told().map(({ incident }) => incident.id)).size).toBe(1);
  });

  test("tells what else goes wrong with one of its jobs in its next message, under its own name", async () => {
    const [a] = await open("a", "b");
    await tell(1);
    if (a !== undefined) await changeIncident(trial.database(), a, "missed");
    await planNow(trial.database());
    expect(told()).toHaveLength(1);
    await offsetClock(trial.database(), 61 * SECOND);
    await tell(2);
    const [first, changed] = told();
    expect(changed).toMatchObject({ event: "changed", incident: { id: first?.incident.id } });
    expect(changed?.verdict).toBe("✗ MISSED · a @ db-03");
    expect(changed?.why[0]).toMatch(/^It was FAILED before, since /);
    expect(changed?.why.slice(-3)).toEqual([
      "2 jobs of this outage are in trouble: db-03.",
      "Told before, and still so:",
      "✗ FAILED: b (exit 3)",
    ]);
  });

  test("whose last job recovers later than the others ends as the outage that it was", async () => {
    const [a, b] = await open("a", "b");
    await tell(1);
    if (a !== undefined) await resolveIncident(trial.database(), a);
    await offsetClock(trial.database(), 6 * MINUTE);
    await tell(2);
    if (b !== undefined) await resolveIncident(trial.database(), b);
    await tell(3);
    expect(told().map(({ event, verdict }) => `${event} ${verdict.slice(0, 20)}`)).toEqual([
      "opened ✗ 2 JOBS FAILED · db",
      "changed ✓ 1 OF 2 RECOVERED ·",
      "resolved ✓ ALL 2 RECOVERED af",
    ]);
    expect(new Set(told().map(({ incident }) => incident.id)).size).toBe(1);
  });

  test("that began with a job told alone says so, for receivers that keep incidents", async () => {
    const [alone] = await open("a");
    await tell(1);
    await offsetClock(trial.database(), 20 * SECOND);
    await open("b");
    await tell(2);
    const [first, second] = told();
    expect(first?.incident.id).toBe(alone?.id);
    expect(second).toMatchObject({ event: "changed", incident: { alone: [{ id: alone?.id, jobId: alone?.jobId }] } });
  });
});

test("an outage that began with a mail about one job goes on in that mail's thread", async () => {
  const mail = await startSmtpSink();
  await addChannel(trial.database(), project, { to: "ops@example.org" });
  running = trial.start({ channels: { smtpUrl: mail.url } });
  const mailed = async (count: number): Promise<void> => {
    await planNow(trial.database());
    running.wake();
    await mail.received(count);
    await untilBooked();
  };
  const incidents = await open("a");
  await mailed(1);
  await offsetClock(trial.database(), 20 * SECOND);
  incidents.push(...(await open("b")));
  await mailed(2);
  for (const incident of incidents) await resolveIncident(trial.database(), incident);
  await mailed(3);
  const [alone, ...others] = mail.messages;
  expect(alone?.references).toBe("");
  expect(new Set(others.map(({ inReplyTo }) => inReplyTo)).size).toBe(1);
  for (const { references, inReplyTo } of others) {
    expect(references.split(/\s+/)).toEqual([alone?.messageId, inReplyTo]);
  }
  await trial.stop();
  await mail.close();
});

test("what waited while nothing was sent is one message after the other: the second takes the place of the first", async () => {
  await addDiscord();
  await open("a", "b", "c");
  await planNow(trial.database());
  await offsetClock(trial.database(), 30 * SECOND);
  await open("d", "e");
  await offsetClock(trial.database(), 61 * SECOND);
  await planNow(trial.database());
  running = trial.start();
  await tell(2);
  expect(sink.requests.map(({ method }) => method)).toEqual(["POST", "PATCH"]);
});

test("an alarm that has not left when its outage is found counts as the outage's first message", async () => {
  await addDiscord();
  await open("a");
  await planNow(trial.database());
  await offsetClock(trial.database(), 20 * SECOND);
  await open("b");
  await planNow(trial.database());
  const { rows } = await trial
    .database()
    .pool.query("SELECT count(DISTINCT outage_id)::int4, count(outage_id)::int4 AS all FROM deliveries");
  expect(rows).toEqual([{ count: 1, all: 2 }]);
  running = trial.start();
  await tell(2);
  expect(sink.requests.map(({ method }) => method)).toEqual(["POST", "PATCH"]);
});

test("where a message can be edited an outage has one, and a second that it is over", async () => {
  await addDiscord();
  running = trial.start();
  const incidents = await open("a", "b", "c");
  await tell(1);
  await offsetClock(trial.database(), 30 * SECOND);
  incidents.push(...(await open("d", "e")));
  await offsetClock(trial.database(), 61 * SECOND);
  await tell(2);
  for (const incident of incidents) await resolveIncident(trial.database(), incident);
  await tell(3);
  expect(sink.requests.map(({ method }) => method)).toEqual(["POST", "PATCH", "POST"]);
  expect(sink.requests[1]?.path).toMatch(/\/messages\/77\?/);
  const titles = sink.requests.map(
    ({ body }) => (JSON.parse(body) as { embeds: { title: string }[] }).embeds[0]?.title,
  );
  expect(titles.slice(0, 2)).toEqual(["✗ 3 JOBS FAILED · db-03", "✗ 5 JOBS FAILED · db-03"]);
  expect(sink.requests[1]?.body).toContain("FAILED (5): a (exit 3), b (exit 3), c (exit 3), d (exit 3), e (exit 3)");
  expect(titles[2]).toMatch(/^✓ ALL 5 RECOVERED/);
});

describe("a job alone", () => {
  beforeEach(async () => {
    await addChannel(trial.database(), project, { url: `${sink.url}/hook` });
  });

  test("is told with what else fails on its machine", async () => {
    running = trial.start();
    await open("a", "b", "c");
    await tell(1);
    await offsetClock(trial.database(), 2 * MINUTE);
    await openIncident(trial.database(), project, { name: "other", host: "web-1" });
    await tell(2);
    await offsetClock(trial.database(), 30 * MINUTE);
    await openIncident(trial.database(), project, { name: "late", host: "db-03" });
    await tell(3);
    const last = told().find(({ members, verdict }) => members.length === 0 && verdict.includes("late"));
    expect(last?.elsewhere).toMatch(/^3 other jobs are in trouble on db-03: [abc], [abc], [abc]$/);
    expect(told().find(({ verdict }) => verdict.includes("other"))?.elsewhere).toBeNull();
  });

  test("is told with what the project has masked left out", async () => {
    running = trial.start();
    await trial.database().pool.query("UPDATE projects SET mask_patterns = '{db-*}'");
    await open("a");
    await tell(1);
    expect(told()[0]?.verdict).toBe("✗ FAILED (exit 3) · a @ [masked]");
  });

  test("knows the message that a reminder hangs on, and says why it comes", async () => {
    running = trial.start();
    const [incident] = await open("a");
    await tell(1);
    await running.stop();
    const { pool } = trial.database();
    await pool.query("UPDATE messages SET external_id = '$first'");
    await pool.query(
      "UPDATE incidents SET snoozed_until = belfry_now(), remind_at = belfry_now(), acknowledged_at = belfry_now(), acknowledged_by = 'Kim'",
    );
    await planNow(trial.database());
    const { rows } = await pool.query<{ id: string }>("SELECT id FROM deliveries WHERE state = 'pending'");
    const ids = rows.map(({ id }) => id);
    const [context] = (await loadDeliveryContexts(pool, ids, "https://b")).values();
    expect(context).toMatchObject({ incidentId: incident?.id, earlierId: "$first" });
    expect(context?.input).toMatchObject({
      event: "reminder",
      facts: { reminder: { nth: 1, snoozedUntil: expect.any(Number), acknowledgedBy: "Kim" } },
    });
  });
});
