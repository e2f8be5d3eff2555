import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { addressDigest } from "../../lib/delivery/signed-link.ts";
import { graceLinkOf } from "../../lib/domain/reports/grace-link.ts";
import { type UnsubscribeLink, unsubscribeLinkOf } from "../../lib/domain/reports/unsubscribe-link.ts";
import { seenDelivery } from "../../lib/domain/seen-link.ts";
import { MINUTE } from "../../lib/domain/time.ts";
import { inTransaction } from "../../lib/store/client.ts";
import type { DatabaseClock } from "../../lib/store/clock.ts";
import { insertDrill } from "../../lib/store/drills.ts";
import type { TestDatabase } from "../support/database.ts";
import { tryDispatchers } from "../support/dispatchers.ts";
import type { HttpSink } from "../support/http-sink.ts";
import { addAlert, addIncident, addProject, listStored, TEST_LINKS } from "../support/outbox.ts";
import { BUSY_FACTS } from "../support/report-facts.ts";
import type { SmtpSink, SunkMail } from "../support/smtp-sink.ts";

const BASE = "https://belfry.example.org";

const { start, surroundings } = tryDispatchers();

let database: TestDatabase;
let clock: DatabaseClock;
let http: HttpSink;
let smtp: SmtpSink;

beforeEach(() => {
  ({ database, clock, sink: http, mail: smtp } = surroundings());
  start({ pollMs: 50 });
});

/** What the signed link at that address in a text says. */
function claimsIn(text: string, path: string): Readonly<Record<string, string>> {
  const token = new RegExp(`${BASE}${path}/([\\w-]+)`).exec(text)?.[1] ?? "";
  return TEST_LINKS.open(token, clock.now()) ?? {};
}

/** What a mail program unsubscribes from at one click. */
function unsubscribesFrom(mail: SunkMail | undefined): UnsubscribeLink | null {
  expect(mail?.headers.get("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
  const header = mail?.headers.get("list-unsubscribe") ?? "";
  expect(header).toMatch(/^<https:\/\/[^<>\s]+>$/);
  return unsubscribeLinkOf(claimsIn(header, "/api/unsubscribe"));
}

async function addReport(projectId: string, changes = {}): Promise<void> {
  await database.pool.query(
    `WITH alert AS (
       INSERT INTO alerts (id, project_id, event, sequence, created_at, facts) VALUES ($1, $2, 'report', 1, belfry_now(), $3)
       RETURNING id
     )
     INSERT INTO deliveries (alert_id, recipient, priority, next_attempt_at, created_at)
     SELECT id, 'reader@example.org', 2, belfry_now(), belfry_now() FROM alert`,
    [randomUUID(), projectId, JSON.stringify({ ...BUSY_FACTS, ...changes })],
  );
}

test("a report is a mail of two twins that can be unsubscribed at one click, and changes a grace at another", async () => {
  const { project } = await addProject(database, []);
  await addReport(project.id);
  await smtp.received(1);
  const [mail] = smtp.messages;
  expect(mail).toMatchObject({
    to: ["reader@example.org"],
    subject: expect.stringMatching(/^Your week in Test: Mon 16 Nov/),
  });
  for (const twin of [mail?.text ?? "", mail?.html ?? ""]) {
    expect(twin).toContain("14 jobs failed that week");
    expect(twin).toContain("… and 12 more.");
  }
  expect(mail?.html).toContain("mail &lt;queue&gt; &amp; co");
  expect(unsubscribesFrom(mail)).toEqual({ about: "report", projectId: project.id, userId: "reader", period: "week" });
  expect(graceLinkOf(claimsIn(mail?.text ?? "", "/grace"))).toEqual({
    ...{ jobId: BUSY_FACTS.graces.top[0]?.jobId, userId: "reader", graceMs: 5 * MINUTE, proposedMs: 20 * MINUTE },
  });
});

test("a report to somebody who may only look proposes without a link", async () => {
  const { project } = await addProject(database, []);
  await addReport(project.id, { mayChange: false });
  await smtp.received(1);
  expect(smtp.messages[0]?.text).toContain("20 min would suit");
  expect(smtp.messages[0]?.text).not.toContain("/grace/");
});

test("a drill says that nothing is wrong, and each channel has a link of its own to confirm it", async () => {
  const { project, channelIds } = await addProject(database, [{ url: `${http.url}/hook` }, { to: "ops@example.org" }]);
  const drill = { projectId: project.id, requestedBy: "Somebody", mailWorks: true };
  await inTransaction(database.pool, (client) => insertDrill(client, drill));
  await Promise.all([http.received(1), smtp.received(1)]);
  const stored = new Map((await listStored(database)).map(({ channelId, id }) => [channelId, id]));
  const hook = http.requests[0]?.body ?? "";
  expect(JSON.parse(hook)).toMatchObject({ event: "test" });
  expect(seenDelivery(claimsIn(hook, "/seen"))).toBe(stored.get(channelIds[0] ?? ""));
  const [mail] = smtp.messages;
  expect(mail?.subject).toBe("ℹ FIRE DRILL · nothing is wrong, please confirm");
  expect(mail?.text).toContain("Started by Somebody.");
  expect(seenDelivery(claimsIn(mail?.text ?? "", "/seen"))).toBe(stored.get(channelIds[1] ?? ""));
});

test("an alert over a mail channel can be unsubscribed: that switches the channel off", async () => {
  const { project, channelIds } = await addProject(database, [{ to: "ops@example.org" }]);
  await addAlert(database, await addIncident(database, project), "opened", channelIds);
  await smtp.received(1);
  const address = addressDigest("ops@example.org");
  expect(unsubscribesFrom(smtp.messages[0])).toEqual({ about: "channel", channelId: channelIds[0], address });
});

test("what a person without a channel is mailed about an alarm cannot be unsubscribed: nobody else would hear of it", async () => {
  const { project } = await addProject(database, []);
  const drill = { projectId: project.id, requestedBy: null, mailWorks: true };
  await database.pool.query(
    "INSERT INTO users (id, email, name, operator, updated_at) VALUES ('root', 'root@example.org', 'root', true, belfry_now())",
  );
  await inTransaction(database.pool, (client) => insertDrill(client, drill));
  await smtp.received(1);
  expect(smtp.messages[0]?.headers.has("list-unsubscribe")).toBe(false);
  expect(smtp.messages[0]?.text).toContain("It was due.");
});
