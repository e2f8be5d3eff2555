import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Act, type ActLink, claimsOf } from "../../lib/domain/act-link.ts";
import { DAY, HOUR, MINUTE } from "../../lib/domain/time.ts";
import { actByLink, previewAct } from "../../lib/services/act-links.ts";
import { deleteChannel } from "../../lib/services/channels.ts";
import { getIncident } from "../../lib/services/incidents.ts";
import { createProject } from "../../lib/services/projects.ts";
import { shareChannel, unshareChannel } from "../../lib/store/channel-sharing.ts";
import { openIncident, type OpenedIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { offsetClock } from "../support/database.ts";
import { makeChannel } from "../support/jobs.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let incident: OpenedIncident;
let channelId: string;

beforeEach(async () => {
  world = await openWorld();
  channelId = await makeChannel(world.database, world.project);
  await world.database.pool.query("UPDATE channels SET name = 'Ops'");
  incident = await openIncident(world.database, world.project, { name: "backup" });
  await planNow(world.database);
});
afterEach(() => world.database.close());

function tokenOf(act: Act, changes: Partial<ActLink> = {}): string {
  const link: ActLink = { act, about: "incident", id: incident.id, channelId, recipient: null, ...changes };
  return world.services.links.sign(claimsOf(link), world.services.clock.now() + 7 * DAY);
}

const preview = (token: string) => previewAct(world.services, { token, userId: null });
const follow = (token: string, userId: string | null = null) => actByLink(world.services, { token, userId });
const page = () => getIncident(world.owner, { incidentId: incident.id });

describe("a link in a message", () => {
  test("shows what it would do, and changes nothing, however often it is opened", async () => {
    const token = tokenOf("mute");
    for (let n = 0; n < 3; n += 1) {
      expect(await preview(token)).toMatchObject({
        act: "mute",
        open: 1,
        done: false,
        incidents: [{ jobName: "backup" }],
      });
    }
    expect((await page()).timeline).toEqual([]);
    expect((await page()).mutedAt).toBeNull();
  });

  test("says over which channel somebody acted, and counts once", async () => {
    const token = tokenOf("acknowledge");
    expect(await follow(token)).toMatchObject({ changed: 1, done: true, by: "somebody over the channel Ops" });
    expect(await follow(token)).toMatchObject({ changed: 0, done: true });
    expect((await page()).timeline).toMatchObject([{ kind: "acknowledged", by: "somebody over the channel Ops" }]);
  });

  test("over a channel of another project holds as long as that serves this one", async () => {
    const { database, owner } = world;
    const elsewhere = await createProject(owner, { name: "Day shift" });
    const theirs = await makeChannel(database, elsewhere);
    const token = tokenOf("acknowledge", { channelId: theirs });
    await expect(follow(token)).rejects.toMatchObject({ code: "not-found" });
    await shareChannel(database.pool, theirs, [world.project.id]);
    expect(await preview(token)).toMatchObject({ by: "somebody over the channel Hook", open: 1 });
    await unshareChannel(database.pool, theirs, [world.project.id]);
    await expect(follow(token)).rejects.toMatchObject({ code: "not-found" });
    expect((await page()).acknowledgedAt).toBeNull();
  });

  test("names whoever is signed in", async () => {
    const userId = world.teammate.actor.kind === "user" ? world.teammate.actor.userId : "";
    await follow(tokenOf("acknowledge"), userId);
    expect((await page()).acknowledgedBy).toBe("teammate over the channel Ops");
  });

  test("names whoever got the mail", async () => {
    const recipient = "owner@example.org";
    await follow(tokenOf("acknowledge", { channelId: null, recipient }));
    expect((await page()).acknowledgedBy).toBe("owner by mail");
  });

  test("snoozes for an hour, pressed twice or not", async () => {
    const token = tokenOf("snooze");
    await follow(token);
    const { snoozedUntil, now } = await page();
    const lasts = (snoozedUntil ?? 0) - now;
    expect(lasts).toBeGreaterThan(HOUR - 5 * MINUTE);
    expect(lasts).toBeLessThanOrEqual(HOUR + MINUTE);
    expect((await preview(token)).done).toBe(true);
  });

  test("of a group acts on all that is open of its outage", async () => {
    const mates = [];
    for (const name of ["a", "b", "c"]) mates.push(await openIncident(world.database, world.project, { name }));
    const { rows } = await world.database.pool.query<{ id: string }>(
      `INSERT INTO outages (project_id, kind, host, opened_at, latest_at)
       VALUES ($1, 'host', 'db-03', belfry_now(), belfry_now()) RETURNING id`,
      [world.project.id],
    );
    const outageId = rows[0]?.id ?? "";
    await world.database.pool.query("UPDATE incidents SET outage_id = $1", [outageId]);
    if (mates[0] !== undefined) await resolveIncident(world.database, mates[0]);
    const token = tokenOf("acknowledge", { about: "outage", id: outageId });
    expect(await preview(token)).toMatchObject({ open: 3, done: false, outage: { host: "db-03", total: 4 } });
    expect(await follow(token)).toMatchObject({ changed: 3, open: 3, done: true, project: "Night shift" });
  });

  test("of a group of more than are listed says that all of it is done", async () => {
    for (let n = 0; n < 25; n += 1) await openIncident(world.database, world.project, { name: `job ${n}` });
    const { rows } = await world.database.pool.query<{ id: string }>(
      `INSERT INTO outages (project_id, kind, opened_at, latest_at) VALUES ($1, 'project', belfry_now(), belfry_now())
       RETURNING id`,
      [world.project.id],
    );
    await world.database.pool.query("UPDATE incidents SET outage_id = $1", [rows[0]?.id]);
    const done = await follow(tokenOf("acknowledge", { about: "outage", id: rows[0]?.id ?? "" }));
    expect(done).toMatchObject({ changed: 26, open: 26, done: true });
    expect(done.incidents).toHaveLength(20);
  });

  test("says that it is over where it is", async () => {
    await resolveIncident(world.database, incident);
    expect(await follow(tokenOf("mute"))).toMatchObject({ changed: 0, open: 0, done: false });
  });
});

describe("a link that is no good any more", () => {
  const refused = expect.objectContaining({ code: "not-found" });

  test("after seven days", async () => {
    const token = tokenOf("mute");
    await offsetClock(world.database, 7 * DAY + MINUTE);
    await world.services.clock.refresh();
    await expect(preview(token)).rejects.toEqual(refused);
    await expect(follow(token)).rejects.toEqual(refused);
  });

  test("when its channel was deleted", async () => {
    const token = tokenOf("mute");
    await deleteChannel(world.owner, { channelId });
    await expect(follow(token)).rejects.toEqual(refused);
  });

  test("when whoever got it by mail has left", async () => {
    const to = { channelId: null, recipient: "stranger@example.org" };
    await expect(follow(tokenOf("mute", to))).rejects.toEqual(refused);
  });

  test("when whoever got it by mail may only look on by now", async () => {
    const to = { channelId: null, recipient: "teammate@example.org" };
    await world.database.pool.query("UPDATE members SET role = 'member'");
    expect(await preview(tokenOf("mute", to))).toMatchObject({ by: "teammate by mail" });
    await world.database.pool.query("UPDATE members SET role = 'viewer'");
    await expect(preview(tokenOf("mute", to))).rejects.toEqual(refused);
    await expect(follow(tokenOf("mute", to))).rejects.toEqual(refused);
  });

  test("over the channel of another project", async () => {
    const { rows } = await world.database.pool.query<{ id: string }>(
      "SELECT id FROM projects WHERE name = 'Elsewhere'",
    );
    const other = await makeChannel(world.database, { ...world.project, id: rows[0]?.id ?? "" });
    await expect(follow(tokenOf("mute", { channelId: other }))).rejects.toEqual(refused);
  });

  test.each(["", "nonsense", "A".repeat(200)])("made up (%#)", async (token) => {
    await expect(preview(token)).rejects.toEqual(refused);
  });

  test("made for something else", async () => {
    const token = world.services.links.sign(
      { for: "report", do: "mute", incident: incident.id, over: channelId },
      world.services.clock.now() + DAY,
    );
    await expect(preview(token)).rejects.toEqual(refused);
  });
});
