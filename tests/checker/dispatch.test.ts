import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDispatch, type DispatchDeps } from "../../lib/checker/dispatch.ts";
import type { AttemptReport } from "../../lib/checker/dispatch-send.ts";
import type { Loop } from "../../lib/checker/loop.ts";
import { openChannels, type Channels } from "../../lib/delivery/kinds.ts";
import { openClock, type DatabaseClock } from "../../lib/store/clock.ts";
import { claimDeliveries } from "../../lib/store/deliveries.ts";
import { skipBackOff } from "../support/back-off.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { startHttpSink, type HttpSink, type SunkRequest } from "../support/http-sink.ts";
import type { TestProject } from "../support/jobs.ts";
import {
  addAlert,
  addIncident,
  addPerson,
  addProject,
  addRecovery,
  listStored,
  TEST_LINKS,
  TEST_SECRETS,
  type TestIncident,
} from "../support/outbox.ts";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.ts";

const SOON = 20_000;

let database: TestDatabase;
let clock: DatabaseClock;
let sink: HttpSink;
let mail: SmtpSink;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  clock = await openClock(database.pool);
});
beforeEach(async () => {
  await database.pool.query("TRUNCATE projects, users, alerts CASCADE");
  [sink, mail] = await Promise.all([startHttpSink(), startSmtpSink()]);
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await Promise.all([sink.close(), mail.close()]);
});
afterAll(() => database.close());

/** A dispatcher of its own process, as far as the database can tell. */
function start(changes: Partial<DispatchDeps> = {}, smtpUrl: string | null = mail.url): Loop {
  const channels: Channels = openChannels({
    smtpUrl,
    mailFrom: "Belfry <belfry@example.org>",
    allowPrivateTargets: ["127.0.0.0/8"],
  });
  const loop = createDispatch({
    pool: database.pool,
    clock,
    log: pino({ level: "silent" }),
    channels,
    secrets: TEST_SECRETS,
    links: TEST_LINKS,
    baseUrl: "https://belfry.example.org",
    random: () => 0,
    stopGraceMs: 50,
    ...changes,
  });
  stops.push(async () => {
    await loop.stop();
    await channels.close();
  });
  loop.start();
  return loop;
}

/** A project with webhooks at these paths of the sink. */
function webhooks(...paths: string[]): Promise<{ project: TestProject; channelIds: string[] }> {
  return addProject(
    database,
    paths.map((path) => ({ url: `${sink.url}${path}` })),
  );
}

const keyOf = (request: SunkRequest): string => String(request.headers["idempotency-key"]);

async function states(): Promise<string[]> {
  return (await listStored(database)).map(({ state }) => state);
}

async function untilAll(state: string): Promise<void> {
  await eventually(async () => expect(new Set(await states())).toEqual(new Set([state])), SOON);
}

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

describe("trouble", () => {
  test("a dead process's delivery is sent again once its lease has run out", async () => {
    const { project, channelIds } = await webhooks("/hook");
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    const room = { otherwise: 1, named: new Map<string, number>() };
    await claimDeliveries(database.pool, { limit: 1, lanes: room, kinds: room, leaseMs: 400 });
    start();
    await sink.received(1);
    await untilAll("sent");
    expect(await listStored(database)).toMatchObject([{ attempts: 2 }]);
    expect(sink.requests).toHaveLength(1);
  });

  test("a lost answer brings a second copy, which can be told by its key", async () => {
    const { project, channelIds } = await webhooks("/hook");
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    sink.reply((_request, nth) => (nth === 1 ? "lost" : { status: 200 }));
    start();
    await sink.received(2);
    await untilAll("sent");
    expect(new Set(sink.requests.map(keyOf)).size).toBe(1);
  });

  test("Retry-After is kept for everything that goes to that receiver, and only for that", async () => {
    const { project, channelIds } = await webhooks("/busy", "/ok");
    for (let index = 0; index < 6; index += 1) {
      await addAlert(database, await addIncident(database, project), "opened", channelIds);
    }
    const busy = (): SunkRequest[] => sink.requests.filter(({ path }) => path === "/busy");
    sink.reply(({ path }) =>
      path === "/busy" && busy().length <= 4 ? { status: 429, headers: { "retry-after": "2" } } : { status: 200 },
    );
    start();
    await untilAll("sent");
    const [first, ...rest] = busy();
    const early = rest.filter(({ at }) => at - (first?.at ?? 0) < 1_900);
    // Four may be under way when the first answer comes.
    expect(early.length).toBeLessThanOrEqual(3);
    expect(busy().length).toBeGreaterThanOrEqual(7);
    expect(sink.requests.filter(({ path }) => path === "/ok")).toHaveLength(6);
  });

  test("a refusal for good is a dead letter at once, and another channel hears of it", async () => {
    const { project, channelIds } = await webhooks("/gone", "/ok");
    const [gone = ""] = channelIds;
    await addAlert(database, await addIncident(database, project, "db-backup"), "opened", [gone]);
    sink.reply(({ path }) => (path === "/gone" ? { status: 410, body: "no such hook" } : { status: 200 }));
    start();
    await eventually(async () => expect(await states()).toEqual(["dead", "sent"]), SOON);
    const notice = JSON.parse(sink.requests.at(-1)?.body ?? "") as { event: string; verdict: string; why: string[] };
    expect(notice.event).toBe("notice");
    expect(notice.verdict).toBe("✗ NOT DELIVERED over Webhook · Channel 1");
    expect(notice.why.join(" ")).toContain("✗ FAILED (exit 3) · db-backup");
    expect(notice.why.join(" ")).toContain("410 no such hook");
  });

  test("where no channel is left the owners are mailed", async () => {
    const { project, channelIds } = await webhooks("/gone");
    await addPerson(database, "owner@example.org", { owns: project });
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    sink.reply(() => ({ status: 404 }));
    start();
    await mail.received(1);
    await eventually(async () => expect(await states()).toEqual(["dead", "sent"]), SOON);
    expect(mail.messages[0]).toMatchObject({
      to: ["owner@example.org"],
      subject: expect.stringContaining("NOT DELIVERED"),
    });
  });

  test("without SMTP_URL mail is a dead letter that says what to do", async () => {
    const { project, channelIds } = await addProject(database, [{ to: "ops@example.org" }]);
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    start({}, null);
    await untilAll("dead");
    expect((await listStored(database))[0]?.lastError).toContain("SMTP_URL");
  });

  test("an alert that cannot be worded waits for a better version, and holds up nobody", async () => {
    const { project, channelIds } = await webhooks("/hook");
    const broken = await addIncident(database, project);
    await addAlert(database, broken, "opened", channelIds);
    await database.pool.query(`UPDATE alerts SET facts = 'null'`);
    const [fine] = await addAlert(database, await addIncident(database, project), "opened", channelIds);
    start();
    await eventually(async () => {
      expect((await listStored(database)).find(({ id }) => id === fine)?.state).toBe("sent");
      expect((await listStored(database))[0]).toMatchObject({ state: "pending", lastError: expect.any(String) });
    }, SOON);
    expect(sink.requests).toHaveLength(1);
  });

  test("settings sealed with another key wait, too", async () => {
    const { project, channelIds } = await webhooks("/hook");
    await database.pool.query("UPDATE channels SET settings = 'v1.nonsense'");
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    start();
    await eventually(async () => {
      expect(await listStored(database)).toMatchObject([
        { state: "pending", lastError: expect.stringContaining("SECRET_KEY") },
      ]);
    }, SOON);
  });

  test("a channel that was switched off gets nothing any more", async () => {
    const { project, channelIds } = await webhooks("/hook");
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    await database.pool.query("UPDATE channels SET enabled = false");
    start();
    await untilAll("dropped");
    expect(sink.requests).toHaveLength(0);
  });

  test("an alarm taken back before it left is not sent, nor is its end", async () => {
    const { project, channelIds } = await webhooks("/hook");
    const incident = await addIncident(database, project);
    await addAlert(database, incident, "opened", channelIds);
    await addRecovery(database, incident, channelIds, "withdrawn");
    start();
    await untilAll("dropped");
    expect(sink.requests).toHaveLength(0);
  });

  test("a database that is away while results come in costs no second send", async () => {
    const { project, channelIds } = await webhooks("/hook");
    for (let index = 0; index < 3; index += 1) {
      await addAlert(database, await addIncident(database, project), "opened", channelIds);
    }
    sink.reply(async () => {
      await database.pool.query("ALTER TABLE IF EXISTS messages RENAME TO messages_away");
      return { status: 200 };
    });
    const loop = start();
    await sink.received(3);
    // Let it fail a few times.
    await eventually(async () => expect(await states()).toEqual(["sending", "sending", "sending"]), SOON);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await database.pool.query("ALTER TABLE messages_away RENAME TO messages");
    loop.wake();
    await untilAll("sent");
    expect(sink.requests).toHaveLength(3);
  });
});

describe("leases and stopping", () => {
  test("what takes longer than a lease is kept by renewing it", async () => {
    const { project, channelIds } = await webhooks("/slow");
    await addAlert(database, await addIncident(database, project), "opened", channelIds);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    sink.reply(async () => {
      await released;
      return { status: 200 };
    });
    start({ leaseMs: 1_500 });
    start({ leaseMs: 1_500 });
    await sink.received(1);
    const firstLeaseEnds = clock.now() + 1_500;
    await eventually(() => expect(clock.now()).toBeGreaterThan(firstLeaseEnds + 1_500), SOON);
    release();
    await untilAll("sent");
    expect(sink.requests).toHaveLength(1);
    expect(await listStored(database)).toMatchObject([{ attempts: 1 }]);
  });

  test("a stop hands back what has not left and breaks off what hangs; the next process goes on", async () => {
    const { project, channelIds } = await webhooks("/hook");
    for (let index = 0; index < 12; index += 1) {
      await addAlert(database, await addIncident(database, project), "opened", channelIds);
    }
    sink.reply(() => "silent");
    const loop = start();
    await sink.received(4);
    await loop.stop();
    const stored = await listStored(database);
    expect(stored.map(({ state }) => state)).toEqual(Array(12).fill("pending"));
    expect(stored.filter(({ attempts }) => attempts === 1)).toHaveLength(4);
    sink.reply(() => ({ status: 200 }));
    start();
    await untilAll("sent");
  });
});
