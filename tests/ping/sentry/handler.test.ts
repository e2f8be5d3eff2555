import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { startPingServer } from "../../support/ping-server.ts";
import { KEY, AUTH, ID, ok, SentryWorld } from "./sentry-world.ts";
import { checkIn, envelopeOf, type Item } from "./wire.ts";

let world: SentryWorld;

beforeAll(async () => {
  world = await SentryWorld.open();
});
afterAll(() => world.close());

describe("answers", () => {
  it("give the id of the envelope, or one of our own, when everything is stored", async () => {
    const { status, body, headers } = await world.send([ok("answers")], { event_id: ID });
    expect([status, JSON.parse(body)]).toEqual([200, { id: ID }]);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(await world.actionsOf("answers")).toEqual(["success"]);
    expect(JSON.parse((await world.send([ok("answers")])).body)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it("are the same without check-ins, and to what SDKs sent in former times", async () => {
    expect((await world.send([{ type: "session", payload: "{}" }])).status).toBe(200);
    expect((await world.say("/api/7/store/", { body: '{"message":"old"}' })).status).toBe(200);
    expect((await world.say("/api/7/store", { body: "x" })).status).toBe(200);
  });

  it("let browsers ask first", async () => {
    for (const path of ["/api/7/envelope/", "/api/7/cron/a/"]) {
      const { status, headers } = await world.say(path, { method: "OPTIONS", headers: {} });
      expect(status).toBe(204);
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("access-control-allow-headers")?.toLowerCase()).toContain("x-sentry-auth");
    }
  });

  it("say in one line why a request is refused", async () => {
    const body = envelopeOf([ok("refused")]);
    const told = async (path: string, init: RequestInit) => {
      const { status, body: text, headers } = await world.say(path, init);
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
    expect(await world.actionsOf("refused")).toEqual([]);
    await eventually(async () => {
      const kept = await world.rows("SELECT reason FROM unmatched_pings WHERE protocol = 'sentry' ORDER BY reason");
      expect(kept.map(({ reason }) => reason)).toEqual(
        expect.arrayContaining(["invalid-status", "missing-key", "unknown-key"]),
      );
    }, 10_000);
  });
});

it("are 503 where a check-in could not be stored, also beside one that was", async () => {
  const narrow = await startPingServer(world.database, { limits: { maxItems: 1 } });
  const report = async (...slugs: string[]): Promise<number> => {
    const body = envelopeOf(slugs.map((slug) => ok(slug, { check_in_id: ID })));
    return (await fetch(`${narrow.url}/api/7/envelope/`, { method: "POST", headers: AUTH, body })).status;
  };
  try {
    expect([await report("narrow-a"), await report("narrow-b")]).toEqual([200, 200]);
    // Whichever comes first is held up, so that the other finds no room.
    const holder = await world.database.pool.connect();
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
  const full = await startPingServer(world.database, { limits: { maxItems: 0 } });
  try {
    const body = envelopeOf([ok("nowhere"), checkIn({ monitor_slug: "nowhere", status: "no such" })]);
    const response = await fetch(`${full.url}/api/7/envelope/`, { method: "POST", headers: AUTH, body });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await world.actionsOf("nowhere")).toEqual([]);
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
    const { status } = await world.say(path, { headers, body: envelopeOf([ok(slug)], header) });
    expect([status, await world.actionsOf(slug)]).toEqual([200, ["success"]]);
  });

  it("may be the ping key, and the address may lack its last slash", async () => {
    const { status } = await world.say(`/api/1/envelope?sentry_key=${world.project.pingKey}`, {
      headers: {},
      body: envelopeOf([ok("by-ping-key")]),
    });
    expect([status, await world.actionsOf("by-ping-key")]).toEqual([200, ["success"]]);
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
    const { status } = await world.say("/api/7/envelope/", { headers, body: pack(envelopeOf([ok(slug)])) });
    expect([status, await world.actionsOf(slug)]).toEqual([200, ["success"]]);
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
      const { status } = await world.say("/api/7/envelope/", {
        headers: { ...AUTH, "Content-Encoding": encoding },
        body,
      });
      expect(status, encoding).toBe(413);
    }
  });

  it("that wait for their commit take no more room than there is, however small they came", async () => {
    await world.send([ok("crowded")]);
    const filler: Item = { type: "attachment", payload: Buffer.alloc(1_000_000, " ") };
    const body = gzipSync(envelopeOf([filler, ok("crowded")]));
    const headers = { ...AUTH, "Content-Encoding": "gzip" };
    const holder = await world.database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT FROM job_state FOR UPDATE");
    const answers = Array.from(
      { length: 80 },
      async () => (await world.say("/api/7/envelope/", { headers, body })).status,
    );
    expect(await Promise.race(answers)).toBe(503);
    await holder.query("ROLLBACK");
    holder.release();
    const statuses = await Promise.all(answers);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect((await world.actionsOf("crowded")).length).toBe(1 + statuses.filter((status) => status === 200).length);
    expect((await world.send([ok("crowded")])).status).toBe(200);
  });

  it("may come in chunks without a length and a type", async () => {
    const bytes = envelopeOf([ok("in-chunks")]);
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 20) controller.enqueue(bytes.subarray(at, at + 20));
        controller.close();
      },
    });
    const { status } = await world.say("/api/7/envelope/", { body: stream, duplex: "half" } as RequestInit);
    expect([status, await world.actionsOf("in-chunks")]).toEqual([200, ["success"]]);
  });

  it("that nobody can read are refused and break nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("gzip", "br", "deflate", "zstd", ""),
        fc.uint8Array({ maxLength: 300 }),
        async (encoding, bytes) => {
          const headers = { ...AUTH, "Content-Encoding": encoding };
          const { status } = await world.say("/api/7/envelope/", { headers, body: Buffer.from(bytes) });
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: 60 },
    );
  });
});
