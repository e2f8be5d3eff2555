import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MINUTE } from "../../lib/domain/time.ts";
import { testChannel } from "../../lib/services/channel-trial.ts";
import { createChannel, listChannels, listChannelTroubles, updateChannel } from "../../lib/services/channels.ts";
import { replayChannel } from "../../lib/services/deliveries.ts";
import { getIncident } from "../../lib/services/incidents.ts";
import { getJob, listJobs } from "../../lib/services/jobs.ts";
import { openIncident, type OpenedIncident, planNow } from "../support/alerting.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { openWorld, type World } from "./world.ts";

let http: HttpSink;
let world: World;
let channelId: string;
let incident: OpenedIncident;

beforeAll(async () => {
  http = await startHttpSink();
});
afterAll(() => http.close());

beforeEach(async () => {
  http.reply(() => ({ status: 200, body: "ok" }));
  world = await openWorld({ allowPrivateTargets: ["127.0.0.0/8"] });
  const channel = { projectId: world.project.id, kind: "webhook", name: "Ops", settings: { url: `${http.url}/hook` } };
  channelId = (await createChannel(world.owner, channel)).id;
  incident = await openIncident(world.database, world.project);
  await planNow(world.database);
});

/** So many attempts in a row that were answered 503, the delivery being tried again in half an hour. */
async function failed(times: number): Promise<void> {
  await world.database.pool.query(
    `WITH attempt AS (SELECT gen_random_uuid() AS id, n FROM generate_series(1, $1::int) AS n), written AS (
       INSERT INTO messages (id, channel_id, started_at, finished_at, accepted, status, answer)
       SELECT id, $2::uuid, belfry_now() - (60 - n) * interval '1 second', belfry_now() - (59 - n) * interval '1 second', false, 503, 'later'
       FROM attempt
     ), linked AS (
       INSERT INTO message_deliveries (message_id, delivery_id, attempt) SELECT attempt.id, d.id, n FROM attempt, deliveries d
     )
     UPDATE deliveries SET attempts = $1, first_attempt_at = belfry_now() - interval '1 minute',
       next_attempt_at = belfry_now() + interval '30 minutes', last_error = '503 later'`,
    [times, channelId],
  );
}

const troubles = () => listChannelTroubles(world.owner, { projectId: world.project.id });

test("a channel is in trouble after five failures in a row of what is tried again", async () => {
  expect(await troubles()).toEqual([]);
  await failed(4);
  expect(await troubles()).toEqual([]);
  await failed(5);
  expect(await troubles()).toEqual([
    {
      ...{ channelId, name: "Ops", kind: "webhook", unable: null, brokenAt: null, brokenReason: null },
      ...{ failures: 9, waiting: 1 },
      ...{ waitingSince: expect.any(Number), nextAttemptAt: expect.any(Number), lastAnswer: "503 later" },
    },
  ]);
  await updateChannel(world.owner, { channelId, enabled: false });
  expect(await troubles()).toEqual([]);
});

test("a mail channel is in trouble as long as the server has no SMTP_URL, and its jobs say so", async () => {
  const { owner, project } = world;
  const projectId = project.id;
  await updateChannel(owner, { channelId, enabled: false });
  const withConfig = (smtpUrl: string | null) => ({ ...owner, config: { ...owner.config, smtpUrl } });
  const [mailing, silent] = [withConfig("smtp://127.0.0.1:1"), withConfig(null)];
  await createChannel(mailing, { projectId, kind: "email", name: "Mail", settings: { to: "ops@example.org" } });
  const seen = async (ctx: typeof owner) => ({
    troubles: await listChannelTroubles(ctx, { projectId }),
    told: (await getJob(ctx, { jobId: incident.jobId })).nobodyTold,
    counts: (await listJobs(ctx, { projectId })).jobs.map(({ channelCount }) => channelCount),
  });
  expect(await seen(mailing)).toEqual({ troubles: [], told: null, counts: [1] });
  expect(await seen(silent)).toMatchObject({
    troubles: [{ name: "Mail", unable: expect.stringContaining("SMTP_URL"), brokenAt: null, failures: 0, waiting: 0 }],
    told: expect.stringMatching(/^Nobody would be told .*: its channels cannot deliver\. .*SMTP_URL/),
    counts: [0],
  });
  expect((await listChannels(silent, { projectId })).map(({ name, unable }) => [name, unable !== null])).toEqual([
    ["Ops", false],
    ["Mail", true],
  ]);
});

test("a channel whose receiver refuses for good is in trouble until something arrives", async () => {
  http.reply(() => ({ status: 410, body: "gone" }));
  await testChannel(world.owner, { channelId });
  expect(await troubles()).toMatchObject([
    { brokenAt: expect.any(Number), brokenReason: expect.stringContaining("gone") },
  ]);
  http.reply(() => ({ status: 200 }));
  await testChannel(world.owner, { channelId });
  expect(await troubles()).toEqual([]);
});

test("a test that arrives lets leave what waits for the channel, but not what was put off on purpose", async () => {
  await failed(6);
  await world.database.pool.query("UPDATE channels SET rules = $1", [JSON.stringify({ delayMinutes: 30 })]);
  await openIncident(world.database, world.project);
  await planNow(world.database);
  await testChannel(world.owner, { channelId });
  const { rows } = await world.database.pool.query<{ inMs: number }>(
    `SELECT extract(epoch FROM next_attempt_at - belfry_now())::float8 * 1000 AS "inMs" FROM deliveries
     WHERE state = 'pending' ORDER BY ordinal`,
  );
  expect(rows.map(({ inMs }) => inMs > 20 * MINUTE)).toEqual([false, true]);
  expect(await troubles()).toEqual([]);
});

test("an incident shows every attempt with its answer, oldest first", async () => {
  await failed(2);
  const { alerts } = await getIncident(world.owner, { incidentId: incident.id });
  expect(alerts[0]?.deliveries[0]).toMatchObject({
    ...{ to: "Ops", state: "pending", attempts: 2, onlyIf: null, nextAttemptAt: expect.any(Number) },
    log: [
      { attempt: 1, accepted: false, status: 503, answer: "later" },
      { attempt: 2, accepted: false, status: 503, answer: "later" },
    ],
  });
  const [first] = alerts[0]?.deliveries[0]?.log ?? [];
  expect((first?.finishedAt ?? 0) - (first?.startedAt ?? 0)).toBe(1_000);
});

test("strangers learn nothing of channels, and viewers send nothing again", async () => {
  const { project, stranger, teammate } = world;
  await expect(listChannelTroubles(stranger, { projectId: project.id })).rejects.toMatchObject({ code: "not-found" });
  await expect(replayChannel(stranger, { channelId })).rejects.toMatchObject({ code: "not-found" });
  await expect(replayChannel(teammate, { channelId })).rejects.toMatchObject({ code: "forbidden" });
  expect(await listChannelTroubles(teammate, { projectId: project.id })).toEqual([]);
});
