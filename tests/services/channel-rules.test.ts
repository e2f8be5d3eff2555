import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseRules, type RulesInput } from "../../lib/services/channel-rules-input.ts";
import { createChannel, listChannels, updateChannel } from "../../lib/services/channels.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { getJob, listJobs } from "../../lib/services/jobs.ts";
import { openIncident, planNow } from "../support/alerting.ts";
import { openWorld, type World } from "./world.ts";

const NIGHTS = { timeZone: "Europe/Riga", days: [1, 2, 3, 4, 5], from: "22:00", to: "07:00" };

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.database.pool.query("TRUNCATE channels, jobs, alerts CASCADE");
});

async function newChannel(rules?: RulesInput): Promise<string> {
  const settings = { url: "https://hooks.slack.com/services/T/B/x" };
  const channel = { projectId: world.project.id, kind: "slack", settings, ...(rules === undefined ? {} : { rules }) };
  return (await createChannel(world.owner, channel)).id;
}

async function rulesOf(): Promise<unknown> {
  return (await listChannels(world.owner, { projectId: world.project.id }))[0]?.rules;
}

describe("rules", () => {
  test("are kept with a new channel, changed all at once, and left alone by other changes", async () => {
    const channelId = await newChannel({ severities: ["critical"], quietHours: { ...NIGHTS, exceptCritical: true } });
    expect(await rulesOf()).toEqual({ severities: ["critical"], quietHours: { ...NIGHTS, exceptCritical: true } });
    await updateChannel(world.owner, { channelId, rules: { events: ["opened", "resolved"], delayMinutes: "15" } });
    expect(await rulesOf()).toEqual({ events: ["opened", "resolved"], delayMinutes: 15 });
    await updateChannel(world.owner, { channelId, name: "Night watch" });
    expect(await rulesOf()).toEqual({ events: ["opened", "resolved"], delayMinutes: 15 });
    await updateChannel(world.owner, { channelId, rules: {} });
    expect(await rulesOf()).toEqual({});
  });

  test("that leave nothing out are none", () => {
    const all = { events: ["resolved", "opened", "reminder"], severities: ["warning", "critical"], tags: [" ", ""] };
    expect(parseRules({ ...all, delayMinutes: 0, quietHours: null })).toEqual({});
    expect(parseRules({ delayMinutes: "", tags: ["db", " db ", "web"] })).toEqual({ tags: ["db", "web"] });
  });

  test("with quiet hours let critical alarms come all the same, unless they say otherwise", async () => {
    expect(parseRules({ quietHours: NIGHTS })).toEqual({ quietHours: { ...NIGHTS, exceptCritical: true } });
    const allWait = { quietHours: { ...NIGHTS, exceptCritical: false } };
    expect(parseRules(allWait)).toEqual(allWait);
    const warned = [
      "In its quiet hours critical alarms wait, too: nobody hears of them over this channel before the hours end.",
    ];
    const channelId = await newChannel({ quietHours: NIGHTS });
    const change = async (rules: RulesInput) => (await updateChannel(world.owner, { channelId, rules })).warnings;
    expect(await change({ quietHours: NIGHTS })).toEqual([]);
    expect(await change(allWait)).toEqual(warned);
    expect(await change({ ...allWait, severities: ["warning"] })).toEqual([]);
  });

  test.each<[RulesInput, string]>([
    [{ events: [] }, "events"],
    [{ events: ["often"] }, "events"],
    [{ severities: [] }, "severities"],
    [{ tags: ["two words"] }, "tags"],
    [{ tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, "tags"],
    [{ delayMinutes: -1 }, "delayMinutes"],
    [{ delayMinutes: 1.5 }, "delayMinutes"],
    [{ delayMinutes: 1441 }, "delayMinutes"],
    [{ delayMinutes: "soon" }, "delayMinutes"],
    [{ quietHours: { ...NIGHTS, timeZone: "Europe/Nowhere" } }, "quietZone"],
    [{ quietHours: { ...NIGHTS, days: [] } }, "quietDays"],
    [{ quietHours: { ...NIGHTS, days: [0, 1] } }, "quietDays"],
    [{ quietHours: { ...NIGHTS, from: "24:00" } }, "quietFrom"],
    [{ quietHours: { ...NIGHTS, to: "7" } }, "quietTo"],
    [{ quietHours: { ...NIGHTS, days: [1, 2, 3, 4, 5, 6, 7], to: "22:00" } }, "quietTo"],
  ])("%j are refused", (rules, field) => {
    expect(() => parseRules(rules)).toThrow(expect.objectContaining({ code: "invalid", field }));
  });

  test("and name are refused together", async () => {
    const channelId = await newChannel();
    const change = { channelId, name: " ", rules: { events: [], delayMinutes: "soon" } };
    await expect(updateChannel(world.owner, change)).rejects.toMatchObject({
      problems: [{ field: "name" }, { field: "events" }, { field: "delayMinutes" }],
    });
  });

  test("are for those who may change channels", async () => {
    const channelId = await newChannel();
    await expect(updateChannel(world.teammate, { channelId, rules: {} })).rejects.toMatchObject({ code: "forbidden" });
    await expect(updateChannel(world.stranger, { channelId, rules: {} })).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("who would be told", () => {
  test("is said by the rules of the channels that a job uses", async () => {
    const { owner, project } = world;
    const channelId = await newChannel({ tags: ["db"] });
    const { id: jobId } = await createJob(owner, { projectId: project.id, slug: "backup" });
    await createJob(owner, { projectId: project.id, slug: "dump", tags: ["db"] });
    expect((await getJob(owner, { jobId })).nobodyTold).toMatch(/rules of its channels leave it out/);
    const counts = async () =>
      (await listJobs(owner, { projectId: project.id })).jobs.map(({ slug, channelCount }) => [slug, channelCount]);
    expect(await counts()).toEqual([
      ["backup", 0],
      ["dump", 1],
    ]);
    await updateChannel(owner, { channelId, rules: { delayMinutes: 30 } });
    expect((await getJob(owner, { jobId })).nobodyTold).toBeNull();
    expect(await counts()).toEqual([
      ["backup", 1],
      ["dump", 1],
    ]);
  });
});

test("an alarm goes by the rules that its channels have when it is planned", async () => {
  const { database, project } = world;
  await newChannel({ severities: ["warning"] });
  await newChannel({ delayMinutes: 20 });
  await openIncident(database, project, { name: "backup" });
  await planNow(database);
  const { rows } = await database.pool.query(
    `SELECT only_if AS "onlyIf", round(extract(epoch FROM next_attempt_at - created_at) / 60)::int4 AS minutes FROM deliveries`,
  );
  expect(rows).toEqual([{ onlyIf: "unacknowledged", minutes: 20 }]);
});
