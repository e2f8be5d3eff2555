import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { KEY, ID, ok, SentryWorld } from "./sentry-world.ts";
import { checkIn, type Item } from "./wire.ts";

let world: SentryWorld;

beforeAll(async () => {
  world = await SentryWorld.open();
});
afterAll(() => world.close());

describe("several check-ins in one envelope", () => {
  it("are all booked, in their order, and a broken one costs no other", async () => {
    const items = [
      ok("several", { status: "in_progress", check_in_id: ID }),
      { type: "check_in", payload: "{broken" },
      checkIn({ monitor_slug: "several", status: "no such" }),
      checkIn({ status: "ok" }),
      ok("several", { check_in_id: ID, duration: 2.5 }),
      ok("several-more"),
    ];
    expect((await world.send(items)).status).toBe(200);
    expect(await world.actionsOf("several")).toEqual(["start", "success"]);
    expect(await world.runsOf("several")).toMatchObject([{ outcome: "ok", duration_ms: 2_500 }]);
    expect(await world.actionsOf("several-more")).toEqual(["success"]);
  });

  it("are booked whatever surrounds them", async () => {
    const junk: fc.Arbitrary<Item> = fc.record({
      type: fc.constantFrom("session", "check_in", "attachment", "log"),
      payload: fc.oneof(fc.uint8Array({ maxLength: 60 }).map(Buffer.from), fc.json().map(Buffer.from)),
    });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(junk, { maxLength: 4 }), fc.nat(4), async (items, at) => {
        const slug = `junk-${count++}`;
        expect((await world.send(items.toSpliced(at, 0, ok(slug)))).status).toBe(200);
        expect(await world.actionsOf(slug)).toEqual(["success"]);
      }),
      { numRuns: 40 },
    );
  });
});

describe("jobs that check-ins make", () => {
  const config = { schedule: { type: "crontab", value: "0 2 * * *" }, checkin_margin: 5, timezone: "Europe/Riga" };

  it("have what the code asks for, and one each environment", async () => {
    const slug = "Nightly / Backup";
    await world.send([ok(slug, { monitor_config: config })]);
    await world.send([ok(slug, { monitor_config: config, environment: "staging" })]);
    const jobs = await world.rows(
      `SELECT slug, name, environment, schedule_expression, time_zone, grace_ms::int, managed_by FROM jobs
       WHERE name = $1 ORDER BY environment`,
      slug,
    );
    const asked = {
      slug: "nightly-backup",
      schedule_expression: "0 2 * * *",
      time_zone: "Europe/Riga",
      grace_ms: 300_000,
    };
    expect(jobs).toEqual([
      { ...asked, name: slug, environment: "production", managed_by: "code" },
      { ...asked, name: slug, environment: "staging", managed_by: "code" },
    ]);
  });

  it("are made also where the code asks in characters that JSON has and PostgreSQL has not", async () => {
    const odd = { schedule: { type: "crontab", value: "\ud800 2 * * *" }, timezone: "\udc00/\0Riga" };
    expect((await world.send([ok("odd-characters", { monitor_config: odd })])).status).toBe(200);
    expect(await world.actionsOf("odd-characters")).toEqual(["success"]);
  });

  it("learn of a config that comes with a later check-in", async () => {
    await world.send([ok("told-later")]);
    await world.send([ok("told-later", { monitor_config: config })]);
    const sql = "SELECT schedule_expression AS schedule FROM jobs WHERE slug = 'told-later'";
    expect(await world.rows(sql)).toEqual([{ schedule: "0 2 * * *" }]);
    const changed = { ...config, schedule: { type: "crontab", value: "0 3 * * *" } };
    await world.send([ok("told-later", { monitor_config: changed })]);
    expect(await world.rows(sql)).toEqual([{ schedule: "0 3 * * *" }]);
  });

  it("are made once where many are first", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => world.send([ok("first", { duration: index })])),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await world.rows("SELECT count(*)::int AS count FROM jobs WHERE slug = 'first'")).toEqual([{ count: 1 }]);
  });
});

describe("the plain address of a monitor", () => {
  it.each([
    ["GET", `/api/7/cron/plain-get/${KEY}/?status=ok`, "plain-get", "success"],
    ["POST", `/api/7/cron/plain-post/${KEY}?status=error&duration=3`, "plain-post", "fail"],
    ["GET", `/api/7/cron/plain%20name%2Fslash?status=in_progress&sentry_key=${KEY}`, "plain-name-slash", "start"],
    ["GET", `/api/7/cron/with/slash/${KEY}?status=ok`, "with-slash", "success"],
  ])("%s %s books a check-in", async (method, path, slug, action) => {
    const { status, body } = await world.say(path, { method, headers: {} });
    expect([status, body, await world.actionsOf(slug)]).toEqual([202, "", [action]]);
  });

  it("takes the check-in as JSON, and the environment from the query", async () => {
    const body = JSON.stringify({ status: "ok", check_in_id: ID, duration: 1, environment: "lost" });
    const { status } = await world.say("/api/7/cron/plain-json/?environment=staging", { body });
    expect([status, await world.actionsOf("plain-json", "staging")]).toEqual([202, ["success"]]);
  });

  it("says what is wrong", async () => {
    const without = await world.say(`/api/7/cron/plain-none/${KEY}/`, { headers: {} });
    expect([without.status, JSON.parse(without.body)]).toEqual([
      400,
      { detail: "The check-in has no status; send in_progress, ok or error." },
    ]);
    expect((await world.say("/api/7/cron/plain-none/?status=ok", { headers: {} })).status).toBe(401);
    expect((await world.say(`/api/7/cron/plain-none/${"e".repeat(32)}/?status=ok`, { headers: {} })).status).toBe(403);
  });
});

describe("runs", () => {
  const say1 = (slug: string, status: string, more: object = {}) =>
    world.send([checkIn({ monitor_slug: slug, status, ...more })]);

  it("live on while they say that they are in progress, and a start after the end says nothing", async () => {
    for (const status of ["in_progress", "in_progress", "ok", "in_progress"]) {
      await say1("alive", status, { check_in_id: ID });
    }
    expect(await world.runsOf("alive")).toMatchObject([{ outcome: "ok" }]);
  });

  it("are ended by an end that names none, or zero", async () => {
    await say1("latest", "in_progress", { check_in_id: ID });
    await say1("latest", "ok");
    await say1("latest", "in_progress", { check_in_id: ID.replace("0f", "1f") });
    await say1("latest", "error", { check_in_id: "0".repeat(32) });
    expect((await world.runsOf("latest")).map(({ outcome }) => outcome)).toEqual(["ok", "failed"]);
  });

  it("that took too long and end well have finished late", async () => {
    await say1("late", "in_progress", { check_in_id: ID, monitor_config: { max_runtime: 0.02 } });
    await eventually(async () => {
      await say1("late", "in_progress", { check_in_id: ID.replace("0f", "2f") });
      expect((await world.runsOf("late"))[0]).toMatchObject({ outcome: "overlong" });
    }, 20_000);
    await say1("late", "ok", { check_in_id: ID });
    expect((await world.runsOf("late"))[0]).toMatchObject({ outcome: "overlong", finished_late: true });
  });
});
