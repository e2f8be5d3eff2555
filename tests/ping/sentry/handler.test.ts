import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashKey } from "../../../lib/store/secrets.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { makeProject, type TestProject } from "../../support/jobs.ts";
import { type PingServer, startPingServer } from "../../support/ping-server.ts";
import { checkIn, envelopeOf, type Item } from "./wire.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const ID = "0f3b5c1eaaaa4bbb8ccc1234567890ab";
const AUTH = { "X-Sentry-Auth": `Sentry sentry_version=7, sentry_client=t/1, sentry_key=${KEY}` };

let database: TestDatabase;
let project: TestProject;
let server: PingServer;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  await rows(
    "INSERT INTO api_keys (project_id, scope, hash, prefix) VALUES ($1, 'dsn', $2, '01234567')",
    project.id,
    hashKey(KEY),
  );
  server = await startPingServer(database, { limits: { timeMs: 2_000 } });
});

afterAll(async () => {
  await server.close();
  await database.close();
});

type Row = Record<string, unknown>;

async function rows(sql: string, ...values: unknown[]): Promise<Row[]> {
  return (await database.pool.query<Row>(sql, values)).rows;
}

type Said = { status: number; body: string; headers: Headers };

async function say(path: string, init: RequestInit = {}): Promise<Said> {
  const response = await fetch(server.url + path, { method: "POST", headers: AUTH, ...init });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

function send(items: readonly Item[], header?: object): Promise<Said> {
  return say("/api/7/envelope/", { body: envelopeOf(items, header) });
}

async function actionsOf(slug: string, environment = "production"): Promise<unknown[]> {
  const pings = await rows(
    `SELECT p.action FROM pings p JOIN jobs j ON j.id = p.job_id WHERE j.slug = $1 AND j.environment = $2
     ORDER BY p.received_at, p.id`,
    slug,
    environment,
  );
  return pings.map(({ action }) => action);
}

async function runsOf(slug: string): Promise<Row[]> {
  return rows(
    `SELECT outcome, reason, finished_late, duration_ms::int AS duration_ms
     FROM runs r JOIN jobs j ON j.id = r.job_id WHERE j.slug = $1 ORDER BY number`,
    slug,
  );
}

const ok = (slug: string, more: object = {}): Item => checkIn({ monitor_slug: slug, status: "ok", ...more });

describe("answers", () => {
  it("give the id of the envelope, or one of our own, when everything is stored", async () => {
    const { status, body, headers } = await send([ok("answers")], { event_id: ID });
    expect([status, JSON.parse(body)]).toEqual([200, { id: ID }]);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(await actionsOf("answers")).toEqual(["success"]);
    expect(JSON.parse((await send([ok("answers")])).body)).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it("are the same without check-ins, and to what SDKs sent in former times", async () => {
    expect((await send([{ type: "session", payload: "{}" }])).status).toBe(200);
    expect((await say("/api/7/store/", { body: '{"message":"old"}' })).status).toBe(200);
    expect((await say("/api/7/store", { body: "x" })).status).toBe(200);
  });

  it("let browsers ask first", async () => {
    for (const path of ["/api/7/envelope/", "/api/7/cron/a/"]) {
      const { status, headers } = await say(path, { method: "OPTIONS", headers: {} });
      expect(status).toBe(204);
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("access-control-allow-headers")?.toLowerCase()).toContain("x-sentry-auth");
    }
  });

  it("say in one line why a request is refused", async () => {
    const body = envelopeOf([ok("refused")]);
    const told = async (path: string, init: RequestInit) => {
      const { status, body: text, headers } = await say(path, init);
      const { detail } = JSON.parse(text) as { detail: string };
      expect(headers.get("x-sentry-error")).toBe(detail);
      return [status, detail];
    };
    const unknown = { "X-Sentry-Auth": "Sentry sentry_key=ffffffffffffffffffffffffffffffff" };
    expect(await told("/api/7/envelope/", { body, headers: {} })).toEqual([401, expect.stringContaining("sentry_key")]);
    expect(await told("/api/7/envelope/", { body, headers: unknown })).toEqual([403, expect.stringContaining("DSN")]);
    expect(await told("/api/7/envelope/", { method: "PUT", body })).toEqual([405, "This address takes POST."]);
    expect(await told("/api/7/envelope/", { body: "hello" })).toEqual([400, "The request is no envelope."]);
    const bad = envelopeOf([checkIn({ monitor_slug: "refused", status: "maybe" })]);
    expect(await told("/api/7/envelope/", { body: bad })).toEqual([400, expect.stringContaining('"maybe"')]);
    expect(await actionsOf("refused")).toEqual([]);
    await eventually(async () => {
      const kept = await rows("SELECT reason FROM unmatched_pings WHERE protocol = 'sentry' ORDER BY reason");
      expect(kept.map(({ reason }) => reason)).toEqual(
        expect.arrayContaining(["invalid-status", "missing-key", "unknown-key"]),
      );
    }, 10_000);
  });
});

it("are 503 where a check-in could not be stored, also beside one that was", async () => {
  const narrow = await startPingServer(database, { limits: { maxItems: 1 } });
  const report = async (...slugs: string[]): Promise<number> => {
    const body = envelopeOf(slugs.map((slug) => ok(slug, { check_in_id: ID })));
    return (await fetch(`${narrow.url}/api/7/envelope/`, { method: "POST", headers: AUTH, body })).status;
  };
  try {
    expect([await report("narrow-a"), await report("narrow-b")]).toEqual([200, 200]);
    // Whichever comes first is held up, so that the other finds no room.
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query(
      "SELECT 1 FROM job_state s JOIN jobs j ON j.id = s.job_id WHERE j.slug LIKE 'narrow-_' FOR UPDATE OF s",
    );
    const answer = report("narrow-a", "narrow-b");
    await eventually(() => expect(narrow.intake.figures().unavailable).toBe(1), 5_000);
    await holder.query("ROLLBACK");
    holder.release();
    expect(await answer).toBe(503);
  } finally {
    await narrow.close();
  }
});

it("are 503 where nothing could be stored", async () => {
  const full = await startPingServer(database, { limits: { maxItems: 0 } });
  try {
    const body = envelopeOf([ok("nowhere"), checkIn({ monitor_slug: "nowhere", status: "no such" })]);
    const response = await fetch(`${full.url}/api/7/envelope/`, { method: "POST", headers: AUTH, body });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await actionsOf("nowhere")).toEqual([]);
  } finally {
    await full.close();
  }
});

describe("the key", () => {
  it.each<[string, string, Record<string, string>, object]>([
    ["X-Sentry-Auth", "", AUTH, {}],
    ["X-Sentry-Auth in another order", "", { "x-sentry-auth": `Sentry sentry_key=${KEY},sentry_version=7` }, {}],
    ["Authorization", "", { authorization: `Sentry sentry_version=7, sentry_key=${KEY}` }, {}],
    ["Authorization with a DSN", "", { authorization: `DSN https://${KEY}@belfry.example.org/7` }, {}],
    ["the query", `?sentry_version=7&sentry_key=${KEY}&sentry_client=js`, {}, {}],
    ["the envelope", "", {}, { dsn: `https://${KEY}@belfry.example.org/7` }],
    ["an old DSN", "", {}, { dsn: `https://${KEY}:secret@belfry.example.org/base/7` }],
  ])("may stand in %s", async (place, query, headers, header) => {
    const slug = place.toLowerCase().replaceAll(/\W+/g, "-");
    const path = `/api/7/envelope/${query}`;
    const { status } = await say(path, { headers, body: envelopeOf([ok(slug)], header) });
    expect([status, await actionsOf(slug)]).toEqual([200, ["success"]]);
  });

  it("may be the ping key, and the address may lack its last slash", async () => {
    const { status } = await say(`/api/1/envelope?sentry_key=${project.pingKey}`, {
      headers: {},
      body: envelopeOf([ok("by-ping-key")]),
    });
    expect([status, await actionsOf("by-ping-key")]).toEqual([200, ["success"]]);
  });
});

describe("packed bodies", () => {
  it.each<[string, string | null, (bytes: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>]>([
    ["gzip", "gzip", (bytes) => gzipSync(bytes)],
    ["gzip, in capitals", "GZIP", (bytes) => gzipSync(bytes)],
    ["br", "br", (bytes) => brotliCompressSync(bytes)],
    ["deflate", "deflate", (bytes) => deflateSync(bytes)],
    ["raw deflate", "deflate", (bytes) => deflateRawSync(bytes)],
    ["identity", "identity", (bytes) => bytes],
    ["an empty name", "", (bytes) => bytes],
    ["an unknown name", "snappy", (bytes) => bytes],
    ["two ways", "deflate, gzip", (bytes) => gzipSync(deflateSync(bytes))],
    ["gzip without saying so", null, (bytes) => gzipSync(bytes)],
    ["gzip that is none", "gzip", (bytes) => bytes],
  ])("may be packed with %s", async (name, encoding, pack) => {
    const slug = `packed-${name.replaceAll(/\W+/g, "-")}`.toLowerCase();
    const headers = encoding === null ? AUTH : { ...AUTH, "Content-Encoding": encoding };
    const { status } = await say("/api/7/envelope/", { headers, body: pack(envelopeOf([ok(slug)])) });
    expect([status, await actionsOf(slug)]).toEqual([200, ["success"]]);
  });

  it("may not be too large, unpacked or packed", async () => {
    const bomb = Buffer.alloc(50_000_000, " ");
    for (const [encoding, body] of [
      ["gzip", gzipSync(bomb)],
      ["deflate", deflateSync(bomb)],
      ["deflate", deflateRawSync(bomb)],
      ["br", brotliCompressSync(bomb.subarray(0, 5_000_000))],
      ["gzip", gzipSync(gzipSync(bomb))],
      ["identity", Buffer.alloc(1_100_000, " ")],
    ] as const) {
      const { status } = await say("/api/7/envelope/", { headers: { ...AUTH, "Content-Encoding": encoding }, body });
      expect(status, encoding).toBe(413);
    }
  });

  it("that wait for their commit take no more room than there is, however small they came", async () => {
    await send([ok("crowded")]);
    const filler: Item = { type: "attachment", payload: Buffer.alloc(1_000_000, " ") };
    const body = gzipSync(envelopeOf([filler, ok("crowded")]));
    const headers = { ...AUTH, "Content-Encoding": "gzip" };
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT FROM job_state FOR UPDATE");
    const answers = Array.from({ length: 80 }, async () => (await say("/api/7/envelope/", { headers, body })).status);
    expect(await Promise.race(answers)).toBe(503);
    await holder.query("ROLLBACK");
    holder.release();
    const statuses = await Promise.all(answers);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect((await actionsOf("crowded")).length).toBe(1 + statuses.filter((status) => status === 200).length);
    expect((await send([ok("crowded")])).status).toBe(200);
  });

  it("may come in chunks without a length and a type", async () => {
    const bytes = envelopeOf([ok("in-chunks")]);
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 20) controller.enqueue(bytes.subarray(at, at + 20));
        controller.close();
      },
    });
    const { status } = await say("/api/7/envelope/", { body: stream, duplex: "half" } as RequestInit);
    expect([status, await actionsOf("in-chunks")]).toEqual([200, ["success"]]);
  });

  it("that nobody can read are refused and break nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("gzip", "br", "deflate", "zstd", ""),
        fc.uint8Array({ maxLength: 300 }),
        async (encoding, bytes) => {
          const headers = { ...AUTH, "Content-Encoding": encoding };
          const { status } = await say("/api/7/envelope/", { headers, body: Buffer.from(bytes) });
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: 60 },
    );
  });
});

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
    expect((await send(items)).status).toBe(200);
    expect(await actionsOf("several")).toEqual(["start", "success"]);
    expect(await runsOf("several")).toMatchObject([{ outcome: "ok", duration_ms: 2_500 }]);
    expect(await actionsOf("several-more")).toEqual(["success"]);
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
        expect((await send(items.toSpliced(at, 0, ok(slug)))).status).toBe(200);
        expect(await actionsOf(slug)).toEqual(["success"]);
      }),
      { numRuns: 40 },
    );
  });
});

describe("jobs that check-ins make", () => {
  const config = { schedule: { type: "crontab", value: "0 2 * * *" }, checkin_margin: 5, timezone: "Europe/Riga" };

  it("have what the code asks for, and one each environment", async () => {
    const slug = "Nightly / Backup";
    await send([ok(slug, { monitor_config: config })]);
    await send([ok(slug, { monitor_config: config, environment: "staging" })]);
    const jobs = await rows(
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
    expect((await send([ok("odd-characters", { monitor_config: odd })])).status).toBe(200);
    expect(await actionsOf("odd-characters")).toEqual(["success"]);
  });

  it("learn of a config that comes with a later check-in", async () => {
    await send([ok("told-later")]);
    await send([ok("told-later", { monitor_config: config })]);
    const sql = "SELECT schedule_expression AS schedule FROM jobs WHERE slug = 'told-later'";
    expect(await rows(sql)).toEqual([{ schedule: "0 2 * * *" }]);
    const changed = { ...config, schedule: { type: "crontab", value: "0 3 * * *" } };
    await send([ok("told-later", { monitor_config: changed })]);
    expect(await rows(sql)).toEqual([{ schedule: "0 3 * * *" }]);
  });

  it("are made once where many are first", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => send([ok("first", { duration: index })])),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await rows("SELECT count(*)::int AS count FROM jobs WHERE slug = 'first'")).toEqual([{ count: 1 }]);
  });
});

describe("the plain address of a monitor", () => {
  it.each([
    ["GET", `/api/7/cron/plain-get/${KEY}/?status=ok`, "plain-get", "success"],
    ["POST", `/api/7/cron/plain-post/${KEY}?status=error&duration=3`, "plain-post", "fail"],
    ["GET", `/api/7/cron/plain%20name%2Fslash?status=in_progress&sentry_key=${KEY}`, "plain-name-slash", "start"],
    ["GET", `/api/7/cron/with/slash/${KEY}?status=ok`, "with-slash", "success"],
  ])("%s %s books a check-in", async (method, path, slug, action) => {
    const { status, body } = await say(path, { method, headers: {} });
    expect([status, body, await actionsOf(slug)]).toEqual([202, "", [action]]);
  });

  it("takes the check-in as JSON, and the environment from the query", async () => {
    const body = JSON.stringify({ status: "ok", check_in_id: ID, duration: 1, environment: "lost" });
    const { status } = await say("/api/7/cron/plain-json/?environment=staging", { body });
    expect([status, await actionsOf("plain-json", "staging")]).toEqual([202, ["success"]]);
  });

  it("says what is wrong", async () => {
    const without = await say(`/api/7/cron/plain-none/${KEY}/`, { headers: {} });
    expect([without.status, JSON.parse(without.body)]).toEqual([
      400,
      { detail: "The check-in has no status; send in_progress, ok or error." },
    ]);
    expect((await say("/api/7/cron/plain-none/?status=ok", { headers: {} })).status).toBe(401);
    expect((await say(`/api/7/cron/plain-none/${"e".repeat(32)}/?status=ok`, { headers: {} })).status).toBe(403);
  });
});

describe("runs", () => {
  const say1 = (slug: string, status: string, more: object = {}) =>
    send([checkIn({ monitor_slug: slug, status, ...more })]);

  it("live on while they say that they are in progress, and a start after the end says nothing", async () => {
    for (const status of ["in_progress", "in_progress", "ok", "in_progress"]) {
      await say1("alive", status, { check_in_id: ID });
    }
    expect(await runsOf("alive")).toMatchObject([{ outcome: "ok" }]);
  });

  it("are ended by an end that names none, or zero", async () => {
    await say1("latest", "in_progress", { check_in_id: ID });
    await say1("latest", "ok");
    await say1("latest", "in_progress", { check_in_id: ID.replace("0f", "1f") });
    await say1("latest", "error", { check_in_id: "0".repeat(32) });
    expect((await runsOf("latest")).map(({ outcome }) => outcome)).toEqual(["ok", "failed"]);
  });

  it("that took too long and end well have finished late", async () => {
    await say1("late", "in_progress", { check_in_id: ID, monitor_config: { max_runtime: 0.02 } });
    await eventually(async () => {
      await say1("late", "in_progress", { check_in_id: ID.replace("0f", "2f") });
      expect((await runsOf("late"))[0]).toMatchObject({ outcome: "overlong" });
    }, 20_000);
    await say1("late", "ok", { check_in_id: ID });
    expect((await runsOf("late"))[0]).toMatchObject({ outcome: "overlong", finished_late: true });
  });
});
