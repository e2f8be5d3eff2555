import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { testChannel } from "../../lib/services/channel-trial.ts";
import { createChannel, listChannelKinds, listChannels, updateChannel } from "../../lib/services/channels.ts";
import type { Ctx } from "../../lib/services/context.ts";
import { listDeliveries } from "../../lib/services/deliveries.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";
import { addMember, openWorld, type World } from "./world.ts";

let http: HttpSink;
let smtp: SmtpSink;
let world: World;
let projectId: string;

beforeAll(async () => {
  [http, smtp] = await Promise.all([startHttpSink(), startSmtpSink()]);
});

afterAll(async () => {
  await Promise.all([http.close(), smtp.close()]);
});

beforeEach(async () => {
  http.reply(() => ({ status: 200, body: "ok" }));
  world = await openWorld({ smtpUrl: smtp.url, mailFrom: "belfry@example.org", allowPrivateTargets: ["127.0.0.0/8"] });
  projectId = world.project.id;
});

async function newWebhook(): Promise<string> {
  const settings = { url: `${http.url}/hook/secret-part` };
  const { id } = await createChannel(world.owner, { projectId, kind: "webhook", settings });
  return id;
}

async function stored(): Promise<Record<string, unknown>> {
  const { rows } = await world.database.pool.query(
    `SELECT a.event, a.incident_id AS incident, d.state, d.attempts, d.last_error AS error, m.accepted, m.status, m.answer,
       l.attempt, c.broken_at IS NOT NULL AS broken
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id JOIN message_deliveries l ON l.delivery_id = d.id
     JOIN messages m ON m.id = l.message_id JOIN channels c ON c.id = d.channel_id ORDER BY d.ordinal DESC LIMIT 1`,
  );
  return rows[0];
}

test("characters that the database cannot keep are left out of what was typed", async () => {
  const settings = { to: " ops\0@example.org" };
  const { id: channelId } = await createChannel(world.owner, { projectId, kind: "email", settings });
  expect(await testChannel(world.owner, { channelId })).toMatchObject({ ok: true });
  expect(smtp.messages.at(-1)).toMatchObject({ to: ["ops@example.org"] });
});

test("a test of a webhook arrives, is recorded, and comes back with the receiver's answer", async () => {
  const channelId = await newWebhook();
  const result = await testChannel(world.owner, { channelId });
  expect(result).toMatchObject({ ok: true, status: 200, answer: expect.stringContaining("ok") });
  const request = http.requests.at(-1);
  expect(request).toMatchObject({ method: "POST", path: "/hook/secret-part" });
  expect(JSON.parse(request?.body ?? "")).toMatchObject({ event: "test" });
  expect(request?.body).toContain("owner");
  expect(await stored()).toMatchObject({
    ...{
      event: "test",
      incident: null,
      state: "sent",
      attempts: 1,
      error: null,
      accepted: true,
      status: 200,
      attempt: 1,
    },
  });
  expect(await listChannels(world.owner, { projectId })).toMatchObject([
    { lastSentAt: expect.any(Number), brokenAt: null },
  ]);
  const { deliveries } = await listDeliveries(world.owner, { projectId });
  expect(deliveries).toMatchObject([{ id: result.deliveryId, event: "test", state: "sent", jobId: null }]);
});

test("a refusal comes back in the receiver's words and marks the channel; a later success takes the mark away", async () => {
  const channelId = await newWebhook();
  http.reply(() => ({ status: 404, body: "no_service" }));
  expect(await testChannel(world.owner, { channelId })).toMatchObject({
    ...{ ok: false, status: 404, answer: expect.stringContaining("no_service") },
  });
  expect(await stored()).toMatchObject({ state: "dead", accepted: false, broken: true });
  expect(await listChannels(world.owner, { projectId })).toMatchObject([
    { brokenAt: expect.any(Number), brokenReason: expect.stringContaining("no_service"), lastSentAt: null },
  ]);
  http.reply(() => ({ status: 200, body: "ok" }));
  expect(await testChannel(world.owner, { channelId })).toMatchObject({ ok: true });
  expect(await listChannels(world.owner, { projectId })).toMatchObject([{ brokenAt: null, brokenReason: null }]);
});

test("a refusal for now is told as well, and marks nothing", async () => {
  const channelId = await newWebhook();
  http.reply(() => ({ status: 503, body: "later" }));
  expect(await testChannel(world.owner, { channelId })).toMatchObject({ ok: false, status: 503 });
  expect(await stored()).toMatchObject({ state: "dropped", accepted: false, broken: false });
});

test("a test by mail arrives", async () => {
  const settings = { to: "ops@example.org" };
  const { id: channelId } = await createChannel(world.owner, { projectId, kind: "email", settings });
  expect(await testChannel(world.owner, { channelId })).toMatchObject({ ok: true, status: 250 });
  expect(smtp.messages.at(-1)).toMatchObject({ to: ["ops@example.org"], subject: expect.stringContaining("TEST") });
});

test("addresses are sealed in the database and masked in lists", async () => {
  await newWebhook();
  const { rows } = await world.database.pool.query("SELECT settings, summary FROM channels");
  expect(rows[0].settings).toMatch(/^v1\./);
  expect(JSON.stringify(rows)).not.toContain("secret-part");
  expect(JSON.stringify(await listChannels(world.owner, { projectId }))).not.toContain("secret-part");
});

test.each([
  [{ kind: "pager", settings: {} }, "kind", /pager.*slack, email, webhook/],
  [{ kind: "slack", settings: { url: "hooks.slack.com" } }, "url", /./],
  [{ kind: "slack", settings: {} }, "url", /./],
  [{ kind: "email", settings: { to: "ops" } }, "to", /ops@example\.org/],
  [{ kind: "email", settings: { url: "https://example.org" } }, "url", /E-mail has no setting "url"; it takes: to\./],
  [{ kind: "webhook", settings: { url: "ftp://example.org" } }, "url", /./],
  [{ kind: "webhook", settings: { url: "https://example.org/x" }, name: "n".repeat(200) }, "name", /at most 100/],
])("refuses %j", async (input, field, words) => {
  const attempt = createChannel(world.owner, { projectId, ...input });
  await expect(attempt).rejects.toMatchObject({ code: "invalid", field, message: expect.stringMatching(words) });
});

test("mail without SMTP_URL is refused with the fix", async () => {
  const { owner, project, services } = await openWorld();
  const attempt = createChannel(owner, { projectId: project.id, kind: "email", settings: { to: "ops@example.org" } });
  await expect(attempt).rejects.toMatchObject({ field: "kind", message: expect.stringContaining("SMTP_URL") });
  const kinds = new Map((await listChannelKinds(services)).map((row) => [row.kind, row]));
  expect(kinds.get("slack")).toMatchObject({ unavailable: null, fields: [{ name: "url" }] });
  expect(kinds.get("email")).toMatchObject({ unavailable: expect.stringContaining("SMTP_URL") });
});

test("programs are run for operators alone, and only where the installation allows it", async () => {
  const { owner, teammate, system, project, database } = await openWorld({ shellChannels: true });
  await addMember(database, project.id, teammate, "admin");
  const input = { projectId: project.id, kind: "shell", settings: { program: "/bin/true" } };
  const refused = { code: "forbidden", field: "kind", message: expect.stringContaining("Only an operator") };
  await expect(createChannel(teammate, input)).rejects.toMatchObject(refused);
  const unavailable = async (ctx: Ctx): Promise<string | null | undefined> =>
    (await listChannelKinds(ctx)).find(({ kind }) => kind === "shell")?.unavailable;
  expect(await unavailable(teammate)).toContain("Only an operator");
  expect(await unavailable(owner)).toBeNull();
  await createChannel(system, input);
  const { id: channelId } = await createChannel(owner, input);
  expect(await testChannel(owner, { channelId })).toMatchObject({ ok: true, status: null, answer: "Exit status 0" });
  const closed = { ...input, projectId };
  await expect(createChannel(world.owner, closed)).rejects.toMatchObject({
    message: expect.stringContaining("SHELL_CHANNELS"),
  });
});

test("a channel can be renamed and switched off", async () => {
  const channelId = await newWebhook();
  await updateChannel(world.owner, { channelId, name: " Night watch " });
  await updateChannel(world.owner, { channelId, enabled: false });
  expect(await listChannels(world.owner, { projectId })).toMatchObject([{ name: "Night watch", enabled: false }]);
  await expect(updateChannel(world.owner, { channelId, name: " " })).rejects.toMatchObject({ field: "name" });
});
