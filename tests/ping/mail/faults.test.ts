import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { nameInUrl } from "../../support/database-url.ts";
import { eventually } from "../../support/eventually.ts";
import { makeJob, makeProject, type TestProject } from "../../support/jobs.ts";
import { beginMail, type MailServer, startMailServer } from "../../support/mail-server.ts";

const LATER = "451 This cannot be stored now, send it again in a minute.";

let database: TestDatabase;
let project: TestProject;
let server: MailServer;

beforeEach(async () => {
  database = await createTestDatabase();
  project = await makeProject(database);
  server = await startMailServer(database, { pingLimits: { timeLimitMs: 4_000 } });
});

afterEach(async () => {
  await server.close();
  await database.close();
});

async function pingCount(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM all_pings");
  return rows[0]?.n ?? 0;
}

/** Locks a job so that nothing of it can be stored; resolves with what lets it go again. */
async function hold(jobId: string): Promise<() => Promise<void>> {
  const holder = await database.pool.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT 1 FROM job_state WHERE job_id = $1 FOR UPDATE", [jobId]);
  return async () => {
    await holder.query("ROLLBACK");
    holder.release();
  };
}

/** One that is not stored in the same batches: the last digit of its id is even where the other's is odd. */
async function makeJobBeside(other: string): Promise<string> {
  const parity = (jobId: string): number => Number.parseInt(jobId.slice(-1), 16) % 2;
  const jobId = await makeJob(database, project);
  return parity(jobId) === parity(other) ? makeJobBeside(other) : jobId;
}

describe("a database that is away", () => {
  it("has mails sent again later, and takes them when it is there again", async () => {
    const jobId = await makeJob(database, project);
    const mail = { to: `${jobId}@x.example`, subject: "nightly" };
    await server.send(mail);
    const name = new URL(database.url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: nameInUrl(database.url, "postgres") });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
    // The job is known, or it has to be looked up first.
    await expect(server.send(mail)).rejects.toMatchObject({ response: LATER });
    const unknown = { to: `${project.pingKey}+not-looked-up-yet@x.example` };
    await expect(server.send(unknown)).rejects.toMatchObject({ response: LATER });
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await admin.end();
    await eventually(async () => expect((await server.send(mail)).response).toMatch(/^250/), 10_000);
    expect(await pingCount()).toBe(2);
  });

  it("for some recipients only: the mail comes again, and nobody gets it twice", async () => {
    const free = await makeJob(database, project);
    const stuck = await makeJobBeside(free);
    const mail = {
      to: [`${free}+log@x.example`, `${stuck}+log@x.example`],
      text: "x",
      messageId: "<1@x>",
      date: new Date(),
    };
    const letGo = await hold(stuck);
    await expect(server.send(mail)).rejects.toMatchObject({ response: LATER });
    expect(await pingCount()).toBe(1);
    await letGo();
    await eventually(async () => expect((await server.send(mail)).response).toMatch(/^250/), 10_000);
    const { rows } = await database.pool.query(
      "SELECT job_id, count(*)::int AS n FROM all_pings GROUP BY 1 ORDER BY 2 DESC, 1",
    );
    expect(rows).toEqual([free, stuck].toSorted().map((jobId) => ({ job_id: jobId, n: 1 })));
  });
});

describe("a stop", () => {
  it("answers the mail that is being stored, and shows out who is idle or still sending", async () => {
    const jobId = await makeJob(database, project);
    const [storing, sending] = await Promise.all([
      beginMail(server.listener.port, `${jobId}@x.example`),
      beginMail(server.listener.port, `${jobId}@x.example`),
    ]);
    sending.write("Subject: half");
    const letGo = await hold(jobId);
    storing.write("Subject: whole\r\n\r\n.\r\n");
    await eventually(() => expect(server.pings.intake.figures().waiting).toBe(1), 5_000);
    const closed = server.listener.close(10_000);
    expect(await sending.ended).toMatch(/421 Belfry is stopping/);
    await letGo();
    expect(await storing.ended).toMatch(/250 OK\r\n421 Belfry is stopping/);
    await closed;
    expect(await pingCount()).toBe(1);
  });

  it("does not wait for ever", async () => {
    const jobId = await makeJob(database, project);
    const client = await beginMail(server.listener.port, `${jobId}@x.example`);
    client.socket.pause();
    await Promise.race([
      server.listener.close(100),
      wait(10_000).then(() => Promise.reject(new Error("It waits for a client that does not listen."))),
    ]);
    client.socket.destroy();
  });
});
