import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listSharedChannels, listSharingChoices, stopSharing } from "../../lib/services/channel-sharing.ts";
import { testChannel } from "../../lib/services/channel-trial.ts";
import {
  createChannel,
  deleteChannel,
  listChannels,
  listChannelTroubles,
  updateChannel,
} from "../../lib/services/channels.ts";
import type { Ctx } from "../../lib/services/context.ts";
import { listDeliveries, replayChannel } from "../../lib/services/deliveries.ts";
import { startDrill } from "../../lib/services/drills.ts";
import { findFallback } from "../../lib/services/fallback.ts";
import { createJob, updateJob } from "../../lib/services/job-changes.ts";
import { getJob, listJobs } from "../../lib/services/jobs.ts";
import { createProject } from "../../lib/services/projects.ts";
import { loadBrokenChannels } from "../../lib/store/report-figures.ts";
import { recordResults } from "../../lib/store/deliveries-results.ts";
import { openIncident, planNow } from "../support/alerting.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { addMember, openWorld, type World } from "./world.ts";

let http: HttpSink;
let world: World;
/** The project that channels are shared with; the stranger is its other admin. */
let other: { id: string; name: string; pingKey: string };
let channelId: string;

beforeAll(async () => {
  http = await startHttpSink();
  world = await openWorld({ allowPrivateTargets: ["127.0.0.0/8"] });
  other = await createProject(world.owner, { name: "Day shift" });
  await addMember(world.database, other.id, world.stranger, "admin");
});
afterAll(() => http.close());

beforeEach(async () => {
  http.reply(() => ({ status: 200, body: "ok" }));
  await world.database.pool.query("TRUNCATE channels, jobs, alerts CASCADE");
  channelId = await newChannel(world.owner, { projects: [other.id] });
});

async function newChannel(ctx: Ctx, more: { projectId?: string; projects?: string[]; name?: string }): Promise<string> {
  const settings = { url: `${http.url}/hook/secret-part` };
  const channel = { projectId: world.project.id, kind: "webhook", name: "Ops", settings, ...more };
  return (await createChannel(ctx, channel)).id;
}

/** Is no member of the project that channels belong to any more. */
async function leave({ actor }: Ctx): Promise<void> {
  await world.database.pool.query("DELETE FROM members WHERE project_id = $1 AND user_id = $2", [
    world.project.id,
    actor.kind === "user" ? actor.userId : "",
  ]);
}

const shared = (ctx: Ctx, projectId = other.id) => listSharedChannels(ctx, { projectId });

/** Every delivery that waits has failed for good, with these words of its receiver. */
async function refuseAll(error: string): Promise<void> {
  const { pool } = world.database;
  const { rows } = await pool.query<{ id: string; attempts: number }>(
    "UPDATE deliveries SET state = 'sending', attempts = 1 WHERE state = 'pending' AND channel_id IS NOT NULL RETURNING id, attempts",
  );
  for (const { id, attempts } of rows) {
    const outcome = { state: "dead", error, refused: true, verdict: "It failed", kindLabel: "Webhook" } as const;
    await recordResults(pool, [{ id, attempt: attempts, outcome, message: null }], { mailWorks: false });
  }
}

describe("whom a channel serves", () => {
  test("is chosen by admins of both projects, and shown to whoever may change it", async () => {
    const { owner, teammate, project } = world;
    expect(await listChannels(owner, { projectId: project.id })).toMatchObject([{ projects: [{ name: "Day shift" }] }]);
    expect(await listChannels(teammate, { projectId: project.id })).toMatchObject([{ projects: [] }]);
    expect(await listSharingChoices(owner, { projectId: project.id })).toEqual([{ id: other.id, name: "Day shift" }]);
    expect(await listSharingChoices(teammate, { projectId: other.id })).toEqual([]);
    await updateChannel(owner, { channelId, projects: [] });
    expect(await shared(owner)).toEqual([]);
    await updateChannel(owner, { channelId, projects: ["Day shift", project.id] });
    expect(await shared(owner)).toHaveLength(1);
  });

  test("cannot be chosen by an admin of one of them, who may keep and take away what is there", async () => {
    const { owner, teammate, stranger, project, database } = world;
    await addMember(database, project.id, teammate, "admin");
    await expect(updateChannel(stranger, { channelId, projects: [other.id] })).rejects.toMatchObject({
      code: "not-found",
      field: "channelId",
    });
    await updateChannel(teammate, { channelId, projects: [other.id] });
    await updateChannel(teammate, { channelId, projects: [] });
    for (const word of [other.id, other.name]) {
      await expect(updateChannel(teammate, { channelId, projects: [word] })).rejects.toMatchObject({
        code: "not-found",
        field: "projects",
      });
    }
    await addMember(database, other.id, teammate, "member");
    const attempt = newChannel(teammate, { projects: [other.id] });
    await expect(attempt).rejects.toMatchObject({ code: "forbidden", field: "projects" });
    await database.pool.query("DELETE FROM members WHERE project_id = $1 AND role = 'member'", [other.id]);
    await addMember(database, project.id, teammate, "viewer");
    expect(await listChannels(owner, { projectId: project.id })).toHaveLength(1);
  });

  test("is for operators to choose where only they may make such a channel", async () => {
    const { owner, stranger, project, database } = world;
    await database.pool.query("UPDATE channels SET kind = 'shell'");
    await addMember(database, project.id, stranger, "admin");
    await updateChannel(stranger, { channelId, projects: [other.id] });
    await updateChannel(stranger, { channelId, projects: [] });
    const attempt = updateChannel(stranger, { channelId, projects: [other.id] });
    await expect(attempt).rejects.toMatchObject({ code: "forbidden", field: "projects" });
    await updateChannel(owner, { channelId, projects: [other.id] });
    await leave(stranger);
  });

  test("is ended by an admin of either project, and what waits for it is dropped", async () => {
    const { owner, teammate, stranger, database } = world;
    await expect(stopSharing(teammate, { channelId, projectId: other.id })).rejects.toMatchObject({
      code: "forbidden",
    });
    await openIncident(database, other);
    await openIncident(database, world.project);
    await planNow(database);
    await stopSharing(stranger, { channelId, projectId: other.id });
    expect(await shared(stranger)).toEqual([]);
    const { rows } = await database.pool.query("SELECT state, last_error AS error FROM deliveries ORDER BY ordinal");
    expect(rows.map(({ state }) => state).toSorted()).toEqual(["dropped", "pending"]);
    expect(rows.find(({ state }) => state === "dropped")?.error).toMatch(/does not serve this project/);
    const again = stopSharing(owner, { channelId, projectId: other.id });
    await expect(again).rejects.toMatchObject({ code: "not-found" });
    await updateChannel(owner, { channelId, projects: [other.id] });
    await stopSharing(owner, { channelId, projectId: other.id });
    await expect(stopSharing(owner, { channelId, projectId: world.project.id })).rejects.toMatchObject({
      code: "not-found",
    });
  });
});

describe("a project that a channel of another serves", () => {
  test("sees its name, kind, address and condition, and nothing else of it", async () => {
    const { stranger } = world;
    await updateChannel(world.owner, { channelId, rules: { tags: ["night"] } });
    expect(await shared(stranger)).toEqual([
      {
        ...{ id: channelId, kind: "webhook", kindLabel: "Webhook", name: "Ops", summary: expect.any(String) },
        ...{ enabled: true, brokenAt: null, unable: null, unsubscribedAt: null, lastSentAt: null },
        ofProject: "Night shift",
      },
    ]);
    expect(JSON.stringify(await shared(stranger))).not.toMatch(/secret-part|night"/);
    expect(await listChannels(stranger, { projectId: other.id })).toEqual([]);
    await testChannel(world.owner, { channelId });
    expect(await shared(stranger)).toMatchObject([{ lastSentAt: null }]);
  });

  test("cannot test, change or delete it, nor send its own project's alerts again", async () => {
    const { stranger, project } = world;
    const verbs: ((ctx: Ctx) => Promise<unknown>)[] = [
      (ctx) => testChannel(ctx, { channelId }),
      (ctx) => updateChannel(ctx, { channelId, enabled: false }),
      (ctx) => deleteChannel(ctx, { channelId }),
      (ctx) => replayChannel(ctx, { channelId }),
      (ctx) => replayChannel(ctx, { channelId, projectId: project.id }),
    ];
    for (const verb of verbs) await expect(verb(stranger)).rejects.toMatchObject({ code: "not-found" });
    expect(await replayChannel(stranger, { channelId, projectId: other.id })).toEqual({
      ...{ id: channelId, replayed: 0, closed: 0 },
    });
  });

  test("has a channel: nobody is mailed instead, its jobs are told of, and may choose it", async () => {
    const { stranger } = world;
    expect(await findFallback(stranger, { projectId: other.id })).toBeNull();
    const { id: jobId } = await createJob(stranger, { projectId: other.id, slug: "dump", channelIds: [channelId] });
    expect(await getJob(stranger, { jobId })).toMatchObject({ nobodyTold: null, channels: [{ name: "Ops" }] });
    expect((await listJobs(stranger, { projectId: other.id })).jobs).toMatchObject([{ channelCount: 1 }]);
    await stopSharing(stranger, { channelId, projectId: other.id });
    expect(await getJob(stranger, { jobId })).toMatchObject({ channels: [], form: { channelIds: [] } });
    expect(await findFallback(stranger, { projectId: other.id })).toEqual([]);
    await expect(updateJob(stranger, { jobId, channelIds: [channelId] })).rejects.toMatchObject({
      field: "channelIds",
    });
  });

  test("drills its own channels only", async () => {
    await expect(startDrill(world.stranger, { projectId: other.id })).rejects.toMatchObject({ code: "conflict" });
    expect(await startDrill(world.owner, { projectId: world.project.id })).toMatchObject({ messages: 1 });
  });
});

describe("what did not arrive", () => {
  test("is shown to the project that it was of, with what the receiver said to it", async () => {
    const { owner, stranger, database, project } = world;
    await openIncident(database, other, { name: "their-job" });
    await planNow(database);
    await refuseAll("410 no room for their-job");
    await openIncident(database, project, { name: "our-job" });
    await planNow(database);
    await refuseAll("410 no room for our-job");
    const pages = async (ctx: Ctx, projectId: string) =>
      JSON.stringify([
        await listDeliveries(ctx, { projectId, states: ["dead"] }),
        await listChannelTroubles(ctx, { projectId }),
        await listChannels(ctx, { projectId }),
        await listSharedChannels(ctx, { projectId }),
      ]);
    const [ours, theirs] = [await pages(owner, project.id), await pages(stranger, other.id)];
    expect(ours).toContain("our-job");
    expect(ours).not.toContain("their-job");
    expect(theirs).toContain("their-job");
    expect(theirs).not.toContain("our-job");
    const reports = [project.id, other.id].map((id) => loadBrokenChannels(database.pool, id, []));
    expect(await Promise.all(reports)).toEqual([
      [{ name: "Ops", kind: "webhook", reason: "" }],
      [{ name: "Ops", kind: "webhook", reason: "" }],
    ]);
    const broken = [{ channelId, name: "Ops", brokenAt: expect.any(Number), brokenReason: null }];
    expect(await listChannelTroubles(stranger, { projectId: other.id })).toMatchObject(broken);
    expect(await listChannelTroubles(owner, { projectId: project.id })).toMatchObject(broken);
  });

  test("is told over the project's other channels, to each project once", async () => {
    const { owner, stranger, database, project } = world;
    const ourNext = await newChannel(owner, { name: "Ours" });
    const theirNext = await newChannel(stranger, { projectId: other.id, name: "Theirs" });
    for (const one of [project, other, project, other]) await openIncident(database, one);
    await planNow(database);
    await database.pool.query("UPDATE deliveries SET state = 'sent' WHERE channel_id <> $1", [channelId]);
    await refuseAll("410 gone");
    const { rows } = await database.pool.query(
      `SELECT a.project_id AS project, d.channel_id AS channel FROM deliveries d JOIN alerts a ON a.id = d.alert_id
       WHERE a.event = 'notice' ORDER BY d.ordinal`,
    );
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual({ project: project.id, channel: ourNext });
    expect(rows).toContainEqual({ project: other.id, channel: theirNext });
  });

  test("is sent again for one project, the others' alerts are left alone", async () => {
    const { stranger, database, project } = world;
    for (const one of [project, other]) await openIncident(database, one);
    await planNow(database);
    await refuseAll("410 gone");
    expect(await replayChannel(stranger, { channelId, projectId: other.id })).toMatchObject({ replayed: 1 });
    const { rows } = await database.pool.query(
      `SELECT a.project_id AS project FROM deliveries d JOIN alerts a ON a.id = d.alert_id WHERE d.state = 'pending'`,
    );
    expect(rows).toEqual([{ project: other.id }]);
  });
});
