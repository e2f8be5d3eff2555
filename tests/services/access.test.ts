import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listSharedChannels, stopSharing } from "../../lib/services/channel-sharing.ts";
import { testChannel } from "../../lib/services/channel-trial.ts";
import { listShownSettings } from "../../lib/services/channel-settings.ts";
import { createChannel, deleteChannel, listChannels, updateChannel } from "../../lib/services/channels.ts";
import { adoptCodeRequest, followCode } from "../../lib/services/code-jobs.ts";
import type { Ctx } from "../../lib/services/context.ts";
import { listDeliveries, replayDelivery } from "../../lib/services/deliveries.ts";
import { actOnIncidents } from "../../lib/services/incident-actions.ts";
import { getIncident, listIncidents, reportIncidents } from "../../lib/services/incidents.ts";
import { createJob, deleteJob, pauseJob, resumeJob, updateJob } from "../../lib/services/job-changes.ts";
import { jobReport, reportJobs } from "../../lib/services/job-report.ts";
import { getJob, listJobs } from "../../lib/services/jobs.ts";
import { updateProject } from "../../lib/services/project-settings.ts";
import {
  createKey,
  createProject,
  getProject,
  listProjects,
  projectSnippets,
  reportProjects,
} from "../../lib/services/projects.ts";
import { getRun, getRunExcerpt, getRunOutput, getRunSaid, listRuns } from "../../lib/services/runs.ts";
import { systemPage } from "../../lib/services/system.ts";
import {
  countRecentUnmatched,
  dismissUnmatched,
  listUnmatchedPings,
  makeJobOfUnmatched,
} from "../../lib/services/unmatched.ts";
import { addUnmatched } from "../support/unmatched.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { addMember, book, openWorld, type World } from "./world.ts";

let world: World;
let sink: HttpSink;
let jobId: string;
let channelId: string;
let unmatchedIds: number[];
let deliveryId: string;
let incidentId: string;

beforeAll(async () => {
  sink = await startHttpSink();
  world = await openWorld({ allowPrivateTargets: ["127.0.0.0/8"] });
  const projectId = world.project.id;
  const webhook = { projectId, kind: "webhook", settings: { url: `${sink.url}/hook` } };
  ({ id: channelId } = await createChannel(world.owner, webhook));
  ({ id: jobId } = await createJob(world.owner, { projectId, slug: "backup" }));
  await followCode(world.services, { jobId, request: { grace: "2m" }, digest: "d" });
  await book(world, jobId, { action: "fail", exitCode: 1, body: "no space left" });
  incidentId = (await listIncidents(world.owner, { projectId })).incidents[0]?.id ?? "";
  deliveryId = (await listDeliveries(world.owner, { projectId })).deliveries[0]?.id ?? "";
  await world.database.pool.query("UPDATE deliveries SET state = 'dead'");
  unmatchedIds = await addUnmatched(world.database, projectId, ["mistyped", "forgotten"]);
});

afterAll(() => sink.close());

type Verb = (ctx: Ctx) => Promise<unknown>;

/** Allowed to whoever sees the project; a stranger may not even know that it exists. */
const SEE: Record<string, Verb> = {
  getProject: (ctx) => getProject(ctx, { projectId: world.project.id }),
  listJobs: (ctx) => listJobs(ctx, { projectId: world.project.id }),
  getJob: (ctx) => getJob(ctx, { jobId }),
  jobReport: (ctx) => jobReport(ctx, { jobId }),
  reportJobs: (ctx) => reportJobs(ctx, { projectId: world.project.id }),
  listRuns: (ctx) => listRuns(ctx, { jobId }),
  getRun: (ctx) => getRun(ctx, { jobId, number: 1 }),
  getRunExcerpt: (ctx) => getRunExcerpt(ctx, { jobId, number: 1 }),
  getRunSaid: (ctx) => getRunSaid(ctx, { jobId, number: 1 }),
  getRunOutput: (ctx) => getRunOutput(ctx, { jobId, number: 1 }),
  listIncidents: (ctx) => listIncidents(ctx, { projectId: world.project.id }),
  reportIncidents: (ctx) => reportIncidents(ctx, { projectId: world.project.id }),
  getIncident: (ctx) => getIncident(ctx, { incidentId }),
  listChannels: (ctx) => listChannels(ctx, { projectId: world.project.id }),
  listSharedChannels: (ctx) => listSharedChannels(ctx, { projectId: world.project.id }),
  listDeliveries: (ctx) => listDeliveries(ctx, { projectId: world.project.id }),
  listUnmatchedPings: (ctx) => listUnmatchedPings(ctx, { projectId: world.project.id }),
  countRecentUnmatched: (ctx) => countRecentUnmatched(ctx, { projectId: world.project.id }),
};

/** Allowed to the owner; a viewer hears that the role does not allow it. */
const CHANGE: Record<string, Verb> = {
  updateProject: (ctx) => updateProject(ctx, { projectId: world.project.id, keepDays: 30 }),
  makeJobOfUnmatched: (ctx) => makeJobOfUnmatched(ctx, { projectId: world.project.id, id: unmatchedIds[0] ?? 0 }),
  dismissUnmatched: (ctx) => dismissUnmatched(ctx, { projectId: world.project.id, id: unmatchedIds[1] ?? 0 }),
  projectSnippets: (ctx) => projectSnippets(ctx, { projectId: world.project.id }),
  createKey: (ctx) => createKey(ctx, { projectId: world.project.id, scope: "read" }),
  createJob: (ctx) => createJob(ctx, { projectId: world.project.id, slug: "another" }),
  updateJob: (ctx) => updateJob(ctx, { jobId, description: "nightly" }),
  actOnIncidents: (ctx) => actOnIncidents(ctx, { incidentIds: [incidentId], action: { kind: "acknowledge" } }),
  pauseJob: (ctx) => pauseJob(ctx, { jobId }),
  resumeJob: (ctx) => resumeJob(ctx, { jobId }),
  adoptCodeRequest: (ctx) => adoptCodeRequest(ctx, { jobId }),
  createChannel: (ctx) =>
    createChannel(ctx, { projectId: world.project.id, kind: "webhook", settings: { url: `${sink.url}/two` } }),
  updateChannel: (ctx) => updateChannel(ctx, { channelId, name: "Hook" }),
  changeSettings: (ctx) => updateChannel(ctx, { channelId, settings: { url: `${sink.url}/three` } }),
  listShownSettings: (ctx) => listShownSettings(ctx, { projectId: world.project.id }),
  testChannel: (ctx) => testChannel(ctx, { channelId }),
  replayDelivery: (ctx) => replayDelivery(ctx, { deliveryId }),
  deleteChannel: (ctx) => deleteChannel(ctx, { channelId }),
  deleteJob: (ctx) => deleteJob(ctx, { jobId }),
};

describe.each([...Object.entries(SEE), ...Object.entries(CHANGE)])("%s", (name, verb) => {
  test("a stranger learns nothing", async () => {
    await expect(verb(world.stranger)).rejects.toMatchObject({ code: "not-found" });
  });

  test("a viewer may see and not change", async () => {
    if (name in SEE) await verb(world.teammate);
    else await expect(verb(world.teammate)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("the owner may", async () => {
    await verb(world.owner);
  });
});

test("each sees the projects he belongs to", async () => {
  const names = async (ctx: Ctx) => (await listProjects(ctx)).map(({ name, role }) => `${name} (${role})`);
  expect(await names(world.owner)).toEqual(["Night shift (owner)"]);
  expect(await names(world.teammate)).toEqual(["Night shift (viewer)"]);
  expect(await names(world.stranger)).toEqual(["Elsewhere (owner)"]);
  expect(await names(world.system)).toEqual(["Night shift (owner)", "Elsewhere (owner)"]);
});

test("only the command line sees all projects with their keys", async () => {
  await expect(reportProjects(world.owner, { limit: 10 })).rejects.toMatchObject({ code: "forbidden" });
  expect(await reportProjects(world.system, { limit: 10 })).toMatchObject([
    { name: "Night shift", pingKey: world.project.pingKey },
    { name: "Elsewhere", openIncidents: 0 },
  ]);
});

test("a new project belongs to who made it", async () => {
  const { id } = await createProject(world.stranger, { name: "Private", ownerEmail: "owner@example.org" });
  await expect(getProject(world.owner, { projectId: id })).rejects.toMatchObject({ code: "not-found" });
  expect(await getProject(world.stranger, { projectId: id })).toMatchObject({ role: "owner", jobCount: 0 });
});

test("the facts of the installation are for operators; being one opens nobody's project", async () => {
  expect(await systemPage(world.owner)).toMatchObject({ counts: { users: 3 } });
  await expect(systemPage(world.teammate)).rejects.toMatchObject({ code: "not-found" });
  expect(await listUnmatchedPings(world.owner, { projectId: null })).toEqual([]);
  await expect(listUnmatchedPings(world.teammate, { projectId: null })).rejects.toMatchObject({ code: "not-found" });
  await expect(dismissUnmatched(world.teammate, { projectId: null, id: 1 })).rejects.toMatchObject({
    code: "not-found",
  });
  const { actor } = world.stranger;
  const operator: Ctx = { ...world.stranger, actor: actor.kind === "user" ? { ...actor, operator: true } : actor };
  await expect(getProject(operator, { projectId: world.project.id })).rejects.toMatchObject({ code: "not-found" });
});

test("a member works with jobs, an admin with channels and keys", async () => {
  const projectId = world.project.id;
  await addMember(world.database, projectId, world.teammate, "member");
  await createJob(world.teammate, { projectId, slug: "by-a-member" });
  await expect(createKey(world.teammate, { projectId, scope: "read" })).rejects.toMatchObject({
    code: "forbidden",
    message: "Your role in this project is member: it does not let you make keys.",
  });
  await addMember(world.database, projectId, world.teammate, "admin");
  expect((await createKey(world.teammate, { projectId, scope: "write" })).key).toMatch(/^bfw_/);
});

test.each(["", "1", "../etc/passwd", "00000000-0000-0000-0000-000000000000", "'; DROP TABLE jobs; --"])(
  "the id %j is unknown to everybody",
  async (id) => {
    const verbs: Verb[] = [
      (ctx) => getProject(ctx, { projectId: id }),
      (ctx) => getJob(ctx, { jobId: id }),
      (ctx) => getIncident(ctx, { incidentId: id }),
      (ctx) => testChannel(ctx, { channelId: id }),
      (ctx) => stopSharing(ctx, { channelId: id, projectId: world.project.id }),
      (ctx) => stopSharing(ctx, { channelId, projectId: id }),
      (ctx) => replayDelivery(ctx, { deliveryId: id }),
    ];
    for (const verb of verbs) await expect(verb(world.system)).rejects.toMatchObject({ code: "not-found" });
  },
);
