import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { replayDelivery } from "../../lib/store/deliveries-replay.ts";
import { listFates, useDispatch } from "../support/dispatch-trial.ts";
import { type HttpReply, type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { addChannel, TEST_SECRETS } from "../support/outbox.ts";

const trial = useDispatch();
const OK: HttpReply = { status: 200, body: "ok" };

let sink: HttpSink;

beforeEach(async () => {
  sink = await startHttpSink();
});
afterEach(() => sink.close());

/** The receiver answers so once, and takes everything after that. */
function once(reply: HttpReply): void {
  sink.reply((_request, nth) => (nth === 1 ? reply : OK));
}

/** Sends an alarm to the sink. @returns what became of it once it has arrived. */
async function delivered() {
  await trial.alarmOver({ url: `${sink.url}/hook` });
  trial.start();
  return trial.until(({ state }) => expect(state).toBe("sent"));
}

const keys = (): unknown[] => [...new Set(sink.requests.map(({ headers }) => headers["idempotency-key"]))];

describe("a receiver that may take it later", () => {
  test.each([
    ["500", { status: 500, body: "oops" }, 500, "oops"],
    ["502 without a word", { status: 502 }, 502, "HTTP status 502"],
    ["408", { status: 408 }, 408, "HTTP status 408"],
    ["429 that does not say when", { status: 429, body: "slow down" }, 429, "slow down"],
  ])("with %s gets it at the next attempt", async (_name, reply, status, answer) => {
    once(reply);
    const { log, attempts } = await delivered();
    expect(log).toMatchObject([
      { accepted: false, status, answer },
      { accepted: true, status: 200, answer: "ok" },
    ]);
    expect(attempts).toBe(2);
    expect(keys()).toHaveLength(1);
  });

  test("with 429 and seconds gets it after them", async () => {
    once({ status: 429, headers: { "retry-after": "3" } });
    const { log } = await delivered();
    expect(log.map(({ status }) => status)).toEqual([429, 200]);
    expect((log[1]?.startedAt ?? 0) - (log[0]?.startedAt ?? 0)).toBeGreaterThanOrEqual(3_000);
  });

  test("with 429 and a date gets it after that, by its own clock", async () => {
    const theirNow = Date.UTC(2031, 0, 1, 12);
    const date = (at: number) => new Date(at).toUTCString();
    once({ status: 429, headers: { date: date(theirNow), "retry-after": date(theirNow + 3_000) } });
    const { log } = await delivered();
    expect(log.map(({ status }) => status)).toEqual([429, 200]);
    expect((log[1]?.startedAt ?? 0) - (log[0]?.startedAt ?? 0)).toBeGreaterThanOrEqual(3_000);
  });

  test("that takes it and answers nothing gets it again under the same key", async () => {
    once("lost");
    const { log } = await delivered();
    expect(log[0]).toMatchObject({ accepted: false, status: null, answer: expect.stringContaining("closed before") });
    expect(sink.requests).toHaveLength(2);
    expect(keys()).toHaveLength(1);
  });

  test("that never answers is given up on in time, and gets it again", async () => {
    once("silent");
    await trial.alarmOver({ url: `${sink.url}/hook` });
    trial.start({ channels: { patience: { httpMs: 1_000, mail: { greetingMs: 1, idleMs: 1, totalMs: 1 } } } });
    const { log } = await trial.until(({ state }) => expect(state).toBe("sent"));
    expect(log[0]).toMatchObject({ accepted: false, status: null, answer: "No answer within 1 s." });
    expect(log[0]?.tookMs).toBeGreaterThanOrEqual(1_000);
  });

  test("with a certificate that nobody trusts is asked again, until it has a better one", async () => {
    const secure = await startHttpSink({ tls: true });
    const channelId = await trial.alarmOver({ url: `${secure.url}/hook` });
    trial.start();
    await trial.until(({ state, log }) => {
      expect(state).toBe("pending");
      expect(log[0]).toMatchObject({ accepted: false, status: null, answer: "Its certificate is self-signed." });
    });
    expect(secure.requests).toHaveLength(0);
    const settings = TEST_SECRETS.seal(JSON.stringify({ url: `${sink.url}/hook` }));
    await trial.database().pool.query("UPDATE channels SET settings = $2 WHERE id = $1", [channelId, settings]);
    await trial.until(({ state }) => expect(state).toBe("sent"));
    await secure.close();
  });
});

describe("a receiver that takes it in its own way", () => {
  test("with an answer without end gets it once, and only its beginning is kept", async () => {
    once("huge");
    const before = process.memoryUsage().rss;
    const { log } = await delivered();
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ accepted: true, status: 200 });
    expect(log[0]?.answer).toMatch(/^x{1,499}…?$/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  test("with an answer that drips is not waited for", async () => {
    once("drip");
    const { log } = await delivered();
    expect(log).toMatchObject([{ accepted: true, status: 200 }]);
    expect(log[0]?.tookMs).toBeLessThan(15_000);
  });
});

describe("a receiver that refuses for good", () => {
  test.each([
    ["404", { status: 404, body: "no such hook" }, /^404 no such hook$/],
    ["410", { status: 410, body: "gone" }, /^410 gone$/],
    ["a redirect to this machine", { status: 302, headers: { location: "http://127.0.0.1:9/" } }, /^302 It redirects/],
  ])(
    "with %s is a dead letter at once, told of over another channel, and gets it by a replay",
    async (_, reply, why) => {
      sink.reply(({ path }) => (path === "/other" ? OK : reply));
      const { pool } = trial.database();
      const channelId = await trial.alarmOver({ url: `${sink.url}/hook` });
      const { rows } = await pool.query<{ id: string }>("SELECT project_id AS id FROM channels WHERE id = $1", [
        channelId,
      ]);
      const project = { id: rows[0]?.id ?? "", pingKey: "" };
      await addChannel(trial.database(), project, { url: `${sink.url}/other` }, "Other");
      const loop = trial.start();
      const dead = await trial.until(({ state }) => expect(state).toBe("dead"));
      expect(dead).toMatchObject({ attempts: 1, lastError: expect.stringMatching(why) });
      await sink.received(2);
      expect(JSON.parse(sink.requests[1]?.body ?? "")).toMatchObject({ event: "notice" });
      sink.reply(() => OK);
      const asked = { deliveryId: dead.id, keepers: new Set<string>() };
      expect(await replayDelivery(pool, asked)).toEqual({ replayed: [dead.id], closed: [] });
      loop.wake();
      await trial.until(({ state }) => expect(state).toBe("sent"));
      expect(sink.requests.map(({ path }) => path)).toEqual(["/hook", "/other", "/hook"]);
    },
  );

  test("as it stands in a private network nobody allowed, is never called", async () => {
    await trial.alarmOver({ url: `${sink.url}/hook` });
    trial.start({ channels: { allowPrivateTargets: [] } });
    const { lastError } = await trial.until(({ state }) => expect(state).toBe("dead"));
    expect(lastError).toContain("ALLOW_PRIVATE_TARGETS");
    expect(sink.requests).toHaveLength(0);
    expect(await listFates(trial.database())).toHaveLength(1);
  });
});
