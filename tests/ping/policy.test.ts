import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PingPolicy } from "../../lib/domain/ping-policy.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";
import { type PingServer, startPingServer } from "../support/ping-server.ts";

const LIMIT = 100;

let database: TestDatabase;
let project: TestProject;
let server: PingServer;

beforeAll(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  server = await startPingServer(database, { bodyLimit: LIMIT });
});

afterAll(async () => {
  await server.close();
  await database.close();
});

async function say(path: string, init?: RequestInit): Promise<string> {
  const response = await fetch(server.url + path, init);
  return `${response.status} ${await response.text()}`;
}

/** What became of each ping of a job. */
async function pingsOf(jobId: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ action: string; disposition: string }>(
    "SELECT action, disposition FROM all_pings WHERE job_id = $1 ORDER BY received_at, id",
    [jobId],
  );
  return rows.map(({ action, disposition }) => `${action} ${disposition}`);
}

async function outcomesOf(jobId: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ outcome: string }>(
    "SELECT outcome FROM runs WHERE job_id = $1 ORDER BY number",
    [jobId],
  );
  return rows.map(({ outcome }) => outcome);
}

const make = (policy: Partial<PingPolicy>) => makeJob(database, project, { policy });
const post = (body: string | Buffer<ArrayBuffer>): RequestInit => ({ method: "POST", body });

describe("POST only", () => {
  it("GET and HEAD are answered OK, kept and change nothing", async () => {
    const jobId = await make({ methods: "post" });
    expect(await say(`/ping/${jobId}/fail`)).toBe("200 OK");
    expect(await say(`/ping/${jobId}/start`, { method: "HEAD" })).toBe("200 ");
    expect(await say(`/ping/${jobId}/log`)).toBe("200 OK");
    expect(await say(`/ping/${jobId}`, { method: "POST" })).toBe("200 OK");
    expect(await pingsOf(jobId)).toEqual(["fail ignored", "start ignored", "log ignored", "success applied"]);
    expect(await outcomesOf(jobId)).toEqual(["ok"]);
  });
});

describe("keywords", () => {
  const words: Partial<PingPolicy> = {
    failureWords: ["ERROR", "défaut"],
    successWords: ["DONE"],
    startWords: ["BEGIN"],
    places: ["http"],
  };

  it("in the body say what happened, whatever the address says", async () => {
    const jobId = await make(words);
    for (const [ending, body] of [
      ["", "BEGIN"],
      ["", "all DONE"],
      ["/0", "an ERROR although DONE"],
      ["/fail", "DONE after all"],
      ["", "nothing of interest"],
      ["", ""],
      ["/log", "ERROR"],
      ["/skip", "ERROR"],
    ] as const) {
      expect(await say(`/ping/${jobId}${ending}`, post(body))).toBe("200 OK");
    }
    expect(await pingsOf(jobId)).toEqual([
      "start applied",
      "success applied",
      "fail applied",
      "success applied",
      "success ignored",
      "success ignored",
      "log applied",
      "skip applied",
    ]);
    expect((await outcomesOf(jobId)).slice(0, 3)).toEqual(["ok", "failed", "ok"]);
  });

  it("are found among bytes that are not UTF-8", async () => {
    const jobId = await make(words);
    const odd = (word: string) =>
      Buffer.concat([Buffer.from([0xff, 0x00, 0xc3]), Buffer.from(word), Buffer.from([0xfe])]);
    await say(`/ping/${jobId}`, post(odd("ERROR")));
    await say(`/ping/${jobId}`, post(odd("défaut")));
    await say(`/ping/${jobId}`, post(Buffer.from("défaut", "latin1")));
    expect(await pingsOf(jobId)).toEqual(["fail applied", "fail applied", "success ignored"]);
  });

  it("are looked for in what is kept of the body", async () => {
    const jobId = await make(words);
    await say(`/ping/${jobId}`, post(`${"x".repeat(LIMIT - 5)}ERROR`));
    await say(`/ping/${jobId}`, post(`DONE${"x".repeat(LIMIT)}ERROR`));
    await say(`/ping/${jobId}`, post(`${"x".repeat(LIMIT - 4)}ERROR`));
    expect(await pingsOf(jobId)).toEqual(["fail applied", "success applied", "success ignored"]);
  });

  it("none found is a failure where that was asked for", async () => {
    const jobId = await make({ ...words, otherwise: "fail" });
    await say(`/ping/${jobId}/start`);
    await say(`/ping/${jobId}`, post("nothing of interest"));
    await say(`/ping/${jobId}`, post("DONE"));
    expect(await pingsOf(jobId)).toEqual(["start applied", "fail applied", "success applied"]);
    expect(await outcomesOf(jobId)).toEqual(["failed", "ok"]);
  });

  it("hold for the pings of every protocol", async () => {
    const jobId = await make(words);
    for (const path of [
      `/p/${jobId}`,
      `/${jobId}`,
      `/finish/${jobId}`,
      `/api/push/${jobId}`,
      `/api/v1/heartbeat/${jobId}`,
    ]) {
      expect(await say(`${path}?rid=${randomUUID()}&series=${path}`, post("ERROR"))).toMatch(/^200 /);
    }
    expect(new Set(await pingsOf(jobId))).toEqual(new Set(["fail applied"]));
  });
});

describe("manual resume", () => {
  const pause = (jobId: string) =>
    database.pool.query("UPDATE job_state SET memory = $2, paused_at = belfry_now() WHERE job_id = $1", [
      jobId,
      JSON.stringify({ pausedAt: Date.now() - 1_000 }),
    ]);
  const isPaused = async (jobId: string) => {
    const { rows } = await database.pool.query<{ paused: boolean }>(
      "SELECT paused_at IS NOT NULL AS paused FROM job_state WHERE job_id = $1",
      [jobId],
    );
    return rows[0]?.paused;
  };

  it("a paused job stays so, whatever comes, and its pings are kept", async () => {
    const jobId = await make({ manualResume: true });
    await say(`/ping/${jobId}`);
    await pause(jobId);
    for (const ending of ["/start", "", "/fail", "/log"]) expect(await say(`/ping/${jobId}${ending}`)).toBe("200 OK");
    expect(await isPaused(jobId)).toBe(true);
    const kept = ["start ignored", "success ignored", "fail ignored", "log ignored"];
    expect(await pingsOf(jobId)).toEqual(["success applied", ...kept]);
  });

  it("without it a success resumes the job, also one that a keyword made", async () => {
    const jobId = await make({ successWords: ["DONE"], places: ["http"] });
    await say(`/ping/${jobId}`, post("DONE"));
    await pause(jobId);
    await say(`/ping/${jobId}`);
    expect(await isPaused(jobId)).toBe(true);
    await say(`/ping/${jobId}/fail`, post("DONE"));
    expect(await isPaused(jobId)).toBe(false);
  });
});
