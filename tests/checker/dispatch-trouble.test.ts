import { beforeEach, describe, expect, test } from "vitest";
import { claimDeliveries } from "../../lib/store/deliveries.ts";
import type { TestDatabase } from "../support/database.ts";
import { keyOf, SOON, tryDispatchers } from "../support/dispatchers.ts";
import { eventually } from "../support/eventually.ts";
import type { HttpSink, SunkRequest } from "../support/http-sink.ts";
import { addAlert, addIncident, addPerson, addProject, addRecovery, listStored } from "../support/outbox.ts";
import type { SmtpSink } from "../support/smtp-sink.ts";

const { start, states, surroundings, untilAll, webhooks } = tryDispatchers();

let database: TestDatabase;
let sink: HttpSink;
let mail: SmtpSink;

beforeEach(() => {
  ({ database, sink, mail } = surroundings());
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
