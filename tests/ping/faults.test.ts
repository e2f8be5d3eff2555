import { execFileSync } from "node:child_process";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PingServer, startPingServer } from "../support/ping-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { nameInUrl } from "../support/database-url.ts";
import { eventually } from "../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../support/jobs.ts";

let database: TestDatabase;
let project: TestProject;
let server: PingServer;

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  server = await startPingServer(database, { limits: { timeLimitMs: 1_500 } });
});

afterEach(async () => {
  await server.close();
  await database.close();
});

async function say(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; body: string; retryAfter: string | null }> {
  const response = await fetch(server.url + path, init);
  return { status: response.status, body: await response.text(), retryAfter: response.headers.get("retry-after") };
}

async function rows(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await database.pool.query<Record<string, unknown>>(sql, values)).rows;
}

const UNAVAILABLE = { status: 503, body: "unavailable, try again", retryAfter: "5" };

describe("a batch that cannot be written", () => {
  it("is split down to the offender, which is kept as it came; the others do not notice", async () => {
    const jobIds = await Promise.all(Array.from({ length: 8 }, () => makeJob(database, project)));
    // The rules would open an incident that the database believes to be open already.
    const offender = jobIds[5] ?? "";
    await database.pool.query(
      `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
       VALUES (gen_random_uuid(), $1, $2, 99, 'critical', 'failed', 'open', 1, belfry_now())`,
      [offender, project.id],
    );
    const answers = await Promise.all(
      jobIds.map((jobId) => say(`/ping/${jobId}/fail`, { method: "POST", body: `of ${jobId}` })),
    );
    expect(answers.map(({ body }) => body)).toEqual(jobIds.map(() => "OK"));
    const stored = await rows("SELECT job_id, disposition FROM all_pings");
    expect(stored).toHaveLength(8);
    expect(stored.filter(({ disposition }) => disposition === "quarantined")).toMatchObject([{ job_id: offender }]);
    expect(await rows("SELECT count(*) FROM runs")).toEqual([{ count: 7 }]);
    expect(await rows("SELECT count(*) FROM ping_bodies")).toEqual([{ count: 8 }]);
    const [state] = await rows("SELECT pings, fault FROM job_state WHERE job_id = $1", offender);
    expect(state).toMatchObject({ pings: 1, fault: expect.stringContaining("incidents_open_key") });
  });

  it("a job whose memory cannot be read keeps its pings too, and heals when it can", async () => {
    const [broken, sound] = [await makeJob(database, project), await makeJob(database, project)];
    await database.pool.query("UPDATE job_state SET memory = '\"9\"' WHERE job_id = $1", [broken]);
    expect(await Promise.all([say(`/ping/${broken}`), say(`/ping/${sound}`)])).toMatchObject([
      { body: "OK" },
      { body: "OK" },
    ]);
    const state = () => rows("SELECT pings, fault FROM job_state WHERE job_id = $1", broken);
    expect(await state()).toEqual([{ pings: 1, fault: "Memory of version 9 cannot be read." }]);
    await database.pool.query("UPDATE job_state SET memory = '{}' WHERE job_id = $1", [broken]);
    expect((await say(`/ping/${broken}`)).body).toBe("OK");
    expect(await state()).toEqual([{ pings: 2, fault: null }]);
    const dispositions = await rows("SELECT disposition FROM all_pings WHERE job_id = $1 ORDER BY received_at", broken);
    expect(dispositions).toEqual([{ disposition: "quarantined" }, { disposition: "applied" }]);
  });

  it("a schedule that the rules do not understand costs no ping", async () => {
    const jobId = await makeJob(database, project);
    await database.pool.query("UPDATE jobs SET schedule_kind = 'cron', schedule_expression = 'bad' WHERE id = $1", [
      jobId,
    ]);
    expect((await say(`/ping/${jobId}`)).body).toBe("OK");
    expect(await rows("SELECT disposition FROM all_pings")).toEqual([{ disposition: "quarantined" }]);
  });
});

describe("a database that is away", () => {
  it("turns pings into 503 with Retry-After, and back when it is there again", async () => {
    const jobId = await makeJob(database, project);
    expect((await say(`/ping/${jobId}`)).status).toBe(200);
    const [{ name } = { name: "" }] = await rows("SELECT current_database() AS name");
    const admin = await connectBeside(database);
    await admin.query(`ALTER DATABASE ${String(name)} ALLOW_CONNECTIONS false`);
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
    expect(await say(`/ping/${jobId}`)).toEqual(UNAVAILABLE);
    expect(await say(`/ping/${project.pingKey}/not-looked-up-yet`)).toEqual(UNAVAILABLE);
    await admin.query(`ALTER DATABASE ${String(name)} ALLOW_CONNECTIONS true`);
    await eventually(async () => expect((await say(`/ping/${jobId}`)).status).toBe(200), 10_000);
    await admin.end();
    expect(await rows("SELECT 1 FROM all_pings")).toHaveLength(2);
  });

  it("one that hangs is not waited for longer than the limit", async () => {
    const [stuck, other] = [await makeJob(database, project), await makeJob(database, project)];
    const holder = await database.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM job_state WHERE job_id = $1 FOR UPDATE", [stuck]);
    const begun = performance.now();
    expect(await say(`/ping/${stuck}`)).toEqual(UNAVAILABLE);
    expect(performance.now() - begun).toBeLessThan(5 * 1_500);
    await holder.query("ROLLBACK");
    holder.release();
    await eventually(async () => expect((await say(`/ping/${stuck}`)).status).toBe(200), 10_000);
    expect((await say(`/ping/${other}`)).status).toBe(200);
  });

  it("processes that are stopped as a whole count as one that hangs", async () => {
    const jobId = await makeJob(database, project);
    await say(`/ping/${jobId}`);
    const backends = await rows(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    const signal = (name: string) => execFileSync("kill", [`-${name}`, ...backends.map(({ pid }) => String(pid))]);
    signal("STOP");
    try {
      expect(await say(`/ping/${jobId}`)).toEqual(UNAVAILABLE);
    } finally {
      signal("CONT");
    }
    await eventually(async () => expect((await say(`/ping/${jobId}`)).status).toBe(200), 10_000);
  });
});

it("what waits when the server is closed is answered first, and what comes later is refused", async () => {
  const jobId = await makeJob(database, project);
  await say(`/ping/${jobId}/log`);
  const holder = await database.pool.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT 1 FROM job_state WHERE job_id = $1 FOR UPDATE", [jobId]);
  const waiting = Array.from({ length: 20 }, () => say(`/ping/${jobId}?rid=${crypto.randomUUID()}`));
  await eventually(() => expect(server.intake.figures().waiting).toBe(20), 1_000);
  const closed = server.intake.close();
  expect(await say(`/ping/${jobId}`)).toEqual(UNAVAILABLE);
  await holder.query("ROLLBACK");
  holder.release();
  await closed;
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 200));
  expect(await rows("SELECT count(*) FROM all_pings")).toEqual([{ count: 21 }]);
});

async function connectBeside({ url }: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: nameInUrl(url, "postgres") });
  await client.connect();
  return client;
}
