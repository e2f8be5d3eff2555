import { beforeAll, expect, test } from "vitest";
import { runAdmin } from "../../lib/server/admin/run.ts";
import { openIncident, planNow, resolveIncident } from "../support/alerting.ts";
import { createChannel, deleteChannel } from "../../lib/services/channels.ts";
import { createJob } from "../../lib/services/job-changes.ts";
import { createProject, listProjects } from "../../lib/services/projects.ts";
import { openWorld, type World } from "../services/world.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

async function admin(...words: string[]) {
  const { output } = await runAdmin(words, () =>
    Promise.resolve({ ctx: world.system, close: () => Promise.resolve() }),
  );
  return JSON.parse(JSON.stringify(output));
}

async function newChannel(...words: string[]): Promise<string> {
  const url = "https://hooks.slack.com/services/T/B/x";
  return (await admin("create-channel", "--project", world.project.id, "--kind", "slack", "--url", url, ...words)).id;
}

test("a channel is made, listed and changed with its rules", async () => {
  const quietHours = { timeZone: "Europe/Riga", days: [6, 7], from: "00:00", to: "00:00", exceptCritical: true };
  const rules = { events: ["opened"], tags: ["db"], quietHours };
  const id = await newChannel("--name", "Night watch", "--rules", JSON.stringify(rules));
  const listed = async () => (await admin("channels", "--project", world.project.id)).channels;
  expect(await listed()).toEqual([
    {
      id,
      kind: "slack",
      name: "Night watch",
      summary: expect.any(String),
      enabled: true,
      rules,
      unable: null,
      brokenAt: null,
      brokenReason: null,
      failing: null,
      projects: [],
    },
  ]);
  expect(await admin("update-channel", "--channel", id, "--rules", '{"delayMinutes": 15}', "--enabled", "no")).toEqual({
    ...{ id, warnings: [] },
  });
  expect(await listed()).toMatchObject([{ name: "Night watch", enabled: false, rules: { delayMinutes: 15 } }]);
  await admin("update-channel", "--channel", id, "--name", "Day watch");
  expect(await listed()).toMatchObject([{ name: "Day watch", rules: { delayMinutes: 15 } }]);
});

test("quiet hours are written as they are elsewhere, and critical alarms come through them unless it is said", async () => {
  const quietHours = { tz: "Europe/Riga", days: "fri-mon,wed", from: "22:00", to: "07:00" };
  const words = ["--project", world.project.id, "--kind", "slack", "--url", "https://hooks.slack.com/services/T/B/q"];
  const create = (hours: object) =>
    admin("create-channel", ...words, "--rules", JSON.stringify({ quietHours: { ...quietHours, ...hours } }));
  const rulesOf = async (id: string) =>
    (await admin("channels", "--project", world.project.id)).channels.find((each: { id: string }) => each.id === id)
      .rules;
  const stored = { timeZone: "Europe/Riga", days: [1, 3, 5, 6, 7], from: "22:00", to: "07:00", exceptCritical: true };
  const made = await create({});
  expect(made.warnings).toEqual([]);
  expect(await rulesOf(made.id)).toEqual({ quietHours: stored });
  const silent = await create({ days: ["sat", "sun"], exceptCritical: false });
  expect(silent.warnings).toEqual([expect.stringMatching(/critical alarms wait, too/)]);
  expect(await rulesOf(silent.id)).toEqual({ quietHours: { ...stored, days: [6, 7], exceptCritical: false } });
  const { quietHours: shown } = await rulesOf(silent.id);
  await admin("update-channel", "--channel", silent.id, "--rules", JSON.stringify({ quietHours: shown }));
  expect(await rulesOf(silent.id)).toEqual({ quietHours: shown });
  await world.database.pool.query("UPDATE channels SET rules = rules #- '{quietHours,exceptCritical}'");
  expect(await rulesOf(silent.id)).toEqual({ quietHours: shown });
  for (const { id: channelId } of [made, silent]) await deleteChannel(world.system, { channelId });
});

test("settings of a channel are changed one by one, by --settings, --url or --to", async () => {
  const url = "https://example.org/hooks/one";
  const secret = JSON.stringify({ secret: `whsec_${Buffer.alloc(32, 1).toString("base64")}` });
  const words = ["--project", world.project.id, "--kind", "webhook", "--url", url, "--settings", secret];
  const { id } = await admin("create-channel", ...words);
  const update = (...more: string[]) => admin("update-channel", "--channel", id, ...more);
  const changed = { id, warnings: [], settingsChanged: true };
  expect(await update("--url", "https://example.org/hooks/two")).toEqual(changed);
  expect(await update("--settings", '{"method": "PUT", "secret": null}')).toEqual(changed);
  expect(await update("--settings", '{"method": "PUT", "secret": ""}')).toEqual({ id, warnings: [] });
  expect((await update("--settings", '{"method": 1}')).error).toMatch(/"method" must be a text in quotes/);
  expect((await update("--to", "ops@example.org")).error).toMatch(/has no setting "to"/);
  await deleteChannel(world.system, { channelId: id });
});

test("rules for a tag that no job has are taken, and said so", async () => {
  const { project, system } = world;
  await createJob(system, { projectId: project.id, slug: "backup", tags: ["backups"] });
  const other = await createProject(system, { name: "Lender", ownerEmail: "owner@example.org" });
  await createJob(system, { projectId: other.id, slug: "dump", tags: ["dumps"] });
  const rules = '{"tags": ["backup", "backups", "dumps"]}';
  const words = ["create-channel", "--project", project.id, "--kind", "slack", "--rules", rules];
  const made = await admin(...words, "--url", "https://hooks.slack.com/services/T/B/z");
  const unknown = (tag: string) => `No job has the tag "${tag}" at the moment; look whether it is spelt right.`;
  expect(made.warnings).toEqual([unknown("backup"), unknown("dumps")]);
  const change = async (...more: string[]) => (await admin("update-channel", "--channel", made.id, ...more)).warnings;
  expect(await change("--projects", "Lender")).toEqual([unknown("backup")]);
  expect(await change("--rules", '{"tags": ["backups"]}')).toEqual([]);
});

test("a channel of a kind that this installation cannot deliver over says what to do", async () => {
  const { project, system } = await openWorld({ smtpUrl: "smtp://127.0.0.1:1" });
  const settings = { to: "ops@example.org" };
  const { id } = await createChannel(system, { projectId: project.id, kind: "email", settings });
  const ctx = { ...system, config: { ...system.config, smtpUrl: null } };
  const open = () => Promise.resolve({ ctx, close: () => Promise.resolve() });
  expect(await runAdmin(["channels", "--project", project.id], open)).toMatchObject({
    output: { channels: [{ id, enabled: true, brokenAt: null, unable: expect.stringContaining("sets SMTP_URL") }] },
  });
});

test("a channel that takes nothing at the moment says so, since when, and when it is asked again", async () => {
  const { project, system, database } = await openWorld();
  const settings = { url: "https://hooks.slack.com/services/T/B/x" };
  const { id } = await createChannel(system, { projectId: project.id, kind: "slack", settings });
  const open = () => Promise.resolve({ ctx: system, close: () => Promise.resolve() });
  const listed = async () => (await runAdmin(["channels", "--project", project.id], open)).output;
  await openIncident(database, project);
  await planNow(database);
  expect(await listed()).toMatchObject({ channels: [{ id, failing: null }] });
  await database.pool.query(
    `WITH attempt AS (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 8) AS n), written AS (
       INSERT INTO messages (id, channel_id, started_at, finished_at, accepted, status, answer)
       SELECT id, $1, timestamptz '2026-11-22 10:00Z' + n * interval '1 minute', timestamptz '2026-11-22 10:00Z', false, NULL,
         'getaddrinfo ENOTFOUND' FROM attempt
     ), linked AS (
       INSERT INTO message_deliveries (message_id, delivery_id, attempt) SELECT a.id, d.id, n FROM attempt a, deliveries d
     )
     UPDATE deliveries SET attempts = 8, first_attempt_at = '2026-11-22 10:00Z', next_attempt_at = '2026-11-22 10:30Z'`,
    [id],
  );
  const failing = {
    ...{ since: "2026-11-22T10:00:00.000Z", attempts: 8, answer: "getaddrinfo ENOTFOUND" },
    nextAttemptAt: "2026-11-22T10:30:00.000Z",
  };
  expect(await listed()).toMatchObject({ channels: [{ id, brokenAt: null, failing }] });
  await database.pool.query("UPDATE channels SET broken_at = belfry_now(), broken_reason = 'gone'");
  expect(await listed()).toMatchObject({ channels: [{ id, brokenReason: "gone", failing: null }] });
});

test.each([
  ["often", /--rules takes JSON such as/],
  ['{"severity": ["critical"]}', /There is no rule "severity"; there are events/],
  ['{"events": "opened"}', /Write "events" as a list/],
  ['{"quietHours": "nights"}', /Write quiet hours as/],
  ['{"quietHours": {"days": [1], "from": "22:00", "to": "x", "timeZone": "UTC"}}', /Write a time of the day/],
  [
    '{"quietHours": {"days": "someday", "from": "22:00", "to": "07:00", "tz": "UTC"}}',
    /"days" takes days such as mon-fri/,
  ],
  ['{"quietHours": {"days": "sat", "from": "22:00", "to": "07:00", "tz": "UTC", "timeZone": "UTC"}}', /not both/],
  [
    '{"quietHours": {"days": "sat", "from": "22:00", "to": "07:00", "tz": "UTC", "exceptCritical": "no"}}',
    /true or false/,
  ],
  ['{"delayMinutes": -5}', /whole minutes/],
])("rules %s are refused", async (rules, words) => {
  const given = ["--project", world.project.id, "--kind", "slack", "--url", "https://hooks.slack.com/services/T/B/y"];
  expect((await admin("create-channel", ...given, "--rules", rules)).error).toMatch(words);
});

test("what did not arrive is sent again, all of a channel at once or one by one", async () => {
  const { database, project } = world;
  const channelId = await newChannel();
  for (const name of ["a", "b"]) await openIncident(database, project, { name });
  await planNow(database);
  await database.pool.query("UPDATE deliveries SET state = 'dead', attempts = 9, last_error = 'gone'");
  expect(await admin("replay", "--channel", channelId)).toEqual({
    ...{ id: channelId, replayed: 2, closed: 0, said: "2 alerts are being sent again." },
  });
  expect(await admin("replay", "--channel", channelId)).toEqual({
    ...{ id: channelId, replayed: 0, closed: 0, said: "There is nothing to send again." },
  });
  const { rows } = await database.pool.query<{ id: string; attempts: number }>("SELECT id, attempts FROM deliveries");
  expect(rows.map(({ attempts }) => attempts)).toEqual([0, 0]);
  const deliveryId = rows[0]?.id ?? "";
  expect((await admin("replay", "--delivery", deliveryId)).error).toMatch(/Only dead letters/);
  expect((await admin("replay")).error).toMatch(/either --delivery ID or --channel ID/);
  expect((await admin("replay", "--delivery", deliveryId, "--channel", channelId)).error).toMatch(/either/);
});

test("what did not arrive and is over by now is closed, and said so", async () => {
  const { database, project } = world;
  const channelId = await newChannel("--name", "Late");
  const over = await openIncident(database, project, { name: "over" });
  await openIncident(database, project, { name: "open" });
  await planNow(database);
  await resolveIncident(database, over);
  await database.pool.query("UPDATE deliveries SET state = 'dead', attempts = 9 WHERE channel_id = $1", [channelId]);
  expect(await admin("replay", "--channel", "Late")).toEqual({
    ...{ id: channelId, replayed: 1, closed: 1, said: "1 sent again, 1 was over and is closed." },
  });
  const { deliveries } = await admin("deliveries", "--project", project.id);
  const ofChannel = deliveries.filter((each: { channelId: string }) => each.channelId === channelId);
  const closed = expect.stringMatching(/^Over since \d{4}-\d\d-\d\d \d\d:\d\d UTC; not sent again\.$/);
  expect(ofChannel).toMatchObject([
    { event: "opened", state: "pending" },
    { event: "opened", state: "dropped", lastError: closed },
  ]);
});

test("a channel serves other projects, by id or name, as long as they are named", async () => {
  const { system } = world;
  const other = await createProject(system, { name: "Day shift", ownerEmail: "owner@example.org" });
  const [elsewhere] = (await listProjects(system)).filter(({ name }) => name === "Elsewhere");
  const id = await newChannel("--name", "Shared", "--projects", "Day shift");
  const served = async () => {
    const { channels } = await admin("channels", "--project", world.project.id);
    return channels.find((channel: { id: string }) => channel.id === id).projects;
  };
  expect(await served()).toEqual([{ id: other.id, name: "Day shift" }]);
  expect((await admin("channels", "--project", other.id)).shared).toMatchObject([{ id, ofProject: "Night shift" }]);
  await admin("update-channel", "--channel", id, "--projects", `${elsewhere?.id}, Day shift`);
  expect(await served()).toMatchObject([{ name: "Elsewhere" }, { name: "Day shift" }]);
  await admin("update-channel", "--channel", id, "--name", "Shared room");
  expect(await served()).toHaveLength(2);
  await admin("update-channel", "--channel", id, "--projects", "");
  expect(await served()).toEqual([]);
  expect((await admin("update-channel", "--channel", id, "--projects", "Nowhere")).error).toMatch(
    /no project "Nowhere"/,
  );
  await createProject(system, { name: "Day shift", ownerEmail: "owner@example.org" });
  expect((await admin("update-channel", "--channel", id, "--projects", "Day shift")).error).toMatch(/Several projects/);
});
