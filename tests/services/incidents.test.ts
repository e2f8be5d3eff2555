import { beforeAll, expect, test } from "vitest";
import { createChannel } from "../../lib/services/channels.ts";
import { listDeliveries, replayDelivery } from "../../lib/services/deliveries.ts";
import { getIncident, listIncidents } from "../../lib/services/incidents.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { book, openWorld, type World } from "./world.ts";

let world: World;
let projectId: string;
let jobId: string;

beforeAll(async () => {
  world = await openWorld();
  projectId = world.project.id;
  const settings = { url: "https://hooks.slack.com/services/T/B/x" };
  await createChannel(world.owner, { projectId, kind: "slack", name: "Ops", settings });
  ({ id: jobId } = await createJob(world.owner, { projectId, slug: "backup", name: "Backup" }));
  const { id: otherId } = await createJob(world.owner, { projectId, slug: "other" });
  await book(world, jobId, { action: "fail" });
  await book(world, jobId, { action: "fail" });
  await book(world, jobId, { action: "success" });
  await book(world, otherId, { action: "fail" });
  await book(world, jobId, { action: "fail" });
});

test("are listed newest first, by job and by state", async () => {
  const list = async (filter: Omit<Parameters<typeof listIncidents>[1], "projectId"> = {}) => {
    const { incidents, openCount } = await listIncidents(world.owner, { projectId, ...filter });
    expect(openCount).toBe(2);
    return incidents.map(({ jobSlug, number, state }) => `${jobSlug} ${number} ${state}`);
  };
  expect(await list()).toEqual(["backup 2 open", "other 1 open", "backup 1 resolved"]);
  expect(await list({ jobId })).toEqual(["backup 2 open", "backup 1 resolved"]);
  expect(await list({ state: "resolved" })).toEqual(["backup 1 resolved"]);
});

test("what nobody takes care of comes first, then what is open, then the rest, also page by page", async () => {
  const open = await listIncidents(world.owner, { projectId, jobId, state: "open" });
  const ids = open.incidents.map(({ id }) => id);
  const mark = (by: string | null) =>
    world.database.pool.query(
      "UPDATE incidents SET acknowledged_at = CASE WHEN $2::text IS NOT NULL THEN belfry_now() END, acknowledged_by = $2 WHERE id = ANY ($1)",
      [ids, by],
    );
  await mark("Kim");
  const seen: string[] = [];
  let before: string | undefined;
  do {
    const { incidents, nextBefore } = await listIncidents(world.owner, { projectId, limit: 1, before });
    seen.push(...incidents.map(({ jobSlug, number }) => `${jobSlug} ${number}`));
    before = nextBefore ?? undefined;
  } while (before !== undefined);
  expect(seen).toEqual(["other 1", "backup 2", "backup 1"]);
  const both = await listIncidents(world.owner, { projectId, state: "open" });
  expect(both.incidents.map(({ jobSlug }) => jobSlug)).toEqual(["other", "backup"]);
  await mark(null);
});

test("are paged without loss", async () => {
  const seen: string[] = [];
  let before: string | undefined;
  for (;;) {
    const { incidents, nextBefore } = await listIncidents(world.owner, { projectId, limit: 1, before });
    seen.push(...incidents.map(({ id }) => id));
    if (nextBefore === null) break;
    before = nextBefore;
  }
  expect(new Set(seen).size).toBe(3);
  await expect(listIncidents(world.owner, { projectId, before: "x" })).rejects.toMatchObject({ code: "invalid" });
});

test("show what happened and who was told", async () => {
  const { incidents } = await listIncidents(world.owner, { projectId, state: "resolved" });
  const page = await getIncident(world.owner, { incidentId: incidents[0]?.id ?? "" });
  expect(page).toMatchObject({
    ...{ cause: "failed", severity: "critical", state: "resolved", resolveReason: "recovered", jobName: "Backup" },
    title: "Failed: the run said that it did not succeed",
  });
  expect(page.timeline.map(({ kind, runNumber }) => [kind, runNumber])).toEqual([
    ["opened", 1],
    ["bad-run", 2],
    ["resolved", 3],
  ]);
  expect(page.alerts.map(({ event, deliveries }) => [event, deliveries.map(({ to, state }) => [to, state])])).toEqual([
    ["opened", [["Ops", "pending"]]],
    ["resolved", [["Ops", "pending"]]],
  ]);
});

test.each([
  ["dead letters can be sent again, once", "DESC", { state: "pending", replayed: 1, closed: 0 }],
  ["dead letters of what is over are closed instead", "ASC", { state: "dropped", replayed: 0, closed: 1 }],
])("%s", async (_name, order, outcome) => {
  const { rows } = await world.database.pool.query<{ id: string }>(
    `UPDATE deliveries SET state = 'dead', attempts = 3, last_error = 'gone'
     WHERE id = (SELECT id FROM deliveries ORDER BY ordinal ${order} LIMIT 1) RETURNING id`,
  );
  const deliveryId = rows[0]?.id ?? "";
  const dead = () => listDeliveries(world.owner, { projectId, states: ["dead"] });
  expect(await dead()).toMatchObject({ deliveries: [{ id: deliveryId, lastError: "gone", nextAttemptAt: null }] });
  expect(await replayDelivery(world.owner, { deliveryId })).toEqual({ id: deliveryId, ...outcome });
  await expect(replayDelivery(world.owner, { deliveryId })).rejects.toMatchObject({ code: "conflict" });
  expect((await dead()).deliveries).toEqual([]);
});

test("deliveries are paged, newest first", async () => {
  const all = await listDeliveries(world.owner, { projectId });
  expect(all.deliveries.map(({ event, jobName }) => `${event} ${jobName}`)).toEqual([
    "opened Backup",
    "opened other",
    "resolved Backup",
    "opened Backup",
  ]);
  const first = await listDeliveries(world.owner, { projectId, limit: 3 });
  const rest = await listDeliveries(world.owner, { projectId, limit: 3, before: first.nextBefore ?? "" });
  expect([...first.deliveries, ...rest.deliveries]).toEqual(all.deliveries);
  expect(rest.nextBefore).toBeNull();
});

test("say which window an alarm waits for, and nothing of what people were told of", async () => {
  await world.database.pool.query(
    `INSERT INTO windows (project_id, name, kind, starts_at, ends_at)
     VALUES ($1, 'Release', 'once', belfry_now() - interval '1 hour', belfry_now() + interval '1 hour')`,
    [projectId],
  );
  const { id } = await createJob(world.owner, { projectId, slug: "deploy" });
  await book(world, id, { action: "fail" });
  const { incidents } = await listIncidents(world.owner, { projectId, state: "open" });
  expect(incidents.map(({ jobSlug, untold }) => [jobSlug, untold])).toEqual([
    ["deploy", { hold: "window", holdDetail: "Release", planAt: expect.any(Number) }],
    ["backup", null],
    ["other", null],
  ]);
});
