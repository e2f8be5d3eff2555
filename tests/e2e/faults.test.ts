import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { type Created, makeProject, ping, WITHOUT_PAGES } from "../support/ping-program.ts";
import { findFaults, KINDS, MixedLoad, STORED_PINGS, type StoredPing } from "../support/mixed-load.ts";
import { Program } from "../support/program.ts";
import { LONG } from "../support/size.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";

const MINUTE = 60_000;

/** At full size: two minutes of kills. */
const KILLING_MS = LONG ? 120_000 : 20_000;

describe("kill -9 of the server", () => {
  let program: Program;
  afterAll(() => program?.stop());

  it("loses no ping that was answered 200, and stores none twice", { timeout: 4 * MINUTE }, async () => {
    program = await Program.start({ env: { BELFRY_ROLES: WITHOUT_PAGES, LOG_LEVEL: "warn" } });
    const project = await makeProject(program);
    const load = new MixedLoad({ url: program.url, pingKey: project.pingKey }, 50);
    const end = performance.now() + KILLING_MS;
    let kills = 0;
    while (performance.now() < end) {
      await wait(1_000);
      await program.end("SIGKILL");
      kills += 1;
      await program.start();
    }
    await load.end();

    expect(kills).toBeGreaterThanOrEqual(3);
    expect(load.acknowledged.length).toBeGreaterThan(200);
    expect(new Set(load.acknowledged.map(({ kind }) => kind)).size).toBe(KINDS);
    expect(findFaults(load.acknowledged, await program.query<StoredPing>(STORED_PINGS))).toEqual([]);
  });

  it("leaves the log of nothing but expected troubles", () => {
    expect(program.log).not.toMatch(/"level":60/);
  });
});

describe("kill -9 of a part", () => {
  let program: Program;
  let job: Created;
  let pingKey: string;

  beforeAll(async () => {
    program = await Program.start({ env: { LOG_LEVEL: "warn" } });
    const project = await makeProject(program);
    ({ pingKey } = project);
    job = await program.admin<Created>("create-job", "--project", project.id, "--slug", "steady");
    await program.answers("/sign-in", 200);
  }, 3 * MINUTE);
  afterAll(() => program?.stop());

  it("of Next: pings do not notice, and the pages come back", { timeout: 2 * MINUTE }, async () => {
    const [next] = program.children(/standalone|next/);
    expect(next).toBeDefined();
    process.kill(next ?? 0, "SIGKILL");
    const answers = [];
    for (let n = 0; n < 100; n += 1) answers.push(await ping(`${job.pingUrl}?rid=${randomUUID()}`));
    expect(answers.filter((status) => status !== 200)).toEqual([]);
    await program.answers("/sign-in", 200);
  });

  it(
    "of PostgreSQL: pings get 503, then 200 again without a restart of Belfry, and none is lost",
    { timeout: 2 * MINUTE },
    async () => {
      const before = program.pid;
      const load = new MixedLoad({ url: program.url, pingKey }, 20);
      await eventually(() => expect(load.acknowledged.length).toBeGreaterThan(200), MINUTE);
      const pidFile = join(program.dataDir, "postgres", "postmaster.pid");
      process.kill(Number(readFileSync(pidFile, "utf8").split("\n")[0]), "SIGKILL");
      const answer = await fetch(`${job.pingUrl}?rid=${randomUUID()}`).catch(() => null);
      expect(answer === null ? 503 : answer.status).toSatisfy((status) => status === 503 || status === 200);
      await eventually(async () => expect(await ping(`${job.pingUrl}?rid=${randomUUID()}`)).toBe(200), MINUTE);
      await program.answers("/healthz", 200);
      await load.end();
      expect(program.pid).toBe(before);
      expect(findFaults(load.acknowledged, await program.query<StoredPing>(STORED_PINGS))).toEqual([]);
    },
  );
});

describe("ten minutes away", () => {
  let program: Program;
  let hook: HttpSink;
  let mail: SmtpSink;
  afterAll(() => Promise.all([program?.stop(), hook?.close(), mail?.close()]));

  it("raise no false alarm at the start, and one notice", { timeout: 3 * MINUTE }, async () => {
    [hook, mail] = await Promise.all([startHttpSink(), startSmtpSink()]);
    program = await Program.start({
      env: {
        BELFRY_ROLES: WITHOUT_PAGES,
        BELFRY_TEST_CLOCK: "allow",
        LOG_LEVEL: "warn",
        SMTP_URL: mail.url,
        ALLOW_PRIVATE_TARGETS: "127.0.0.0/8",
      },
    });
    const project = await makeProject(program);
    await program.admin("create-channel", "--project", project.id, "--kind", "webhook", "--url", `${hook.url}/hook`);
    const jobs: Created[] = [];
    for (const [slug, schedule] of [
      ["minutely", "* * * * *"],
      ["seconds", "every 5s"],
      ["hourly", "0 * * * *"],
    ] as const) {
      const options = ["--project", project.id, "--slug", slug, "--schedule", schedule, "--grace", "30s"];
      jobs.push(await program.admin<Created>("create-job", ...options));
    }
    for (const job of jobs) expect(await ping(job.pingUrl)).toBe(200);
    expect(await program.end("SIGTERM")).toBe(0);

    await program.query(
      "CREATE OR REPLACE FUNCTION belfry_now() RETURNS timestamptz(3) LANGUAGE sql VOLATILE AS $$ SELECT (clock_timestamp() + interval '10 minutes')::timestamptz(3) $$",
    );
    await program.start();

    const [minutely] = jobs;
    type JobView = { runs: { outcome: string }[] };
    await eventually(async () => {
      const view = await program.admin<JobView>("job", "--id", minutely?.id ?? "");
      expect(view.runs.map((run) => run.outcome)).toContain("unknown");
    }, MINUTE);
    await eventually(() => expect(mail.messages).toHaveLength(1), MINUTE);
    for (const job of jobs) expect(await ping(job.pingUrl)).toBe(200);

    const { incidents } = await program.admin<{ incidents: unknown[] }>("incidents", "--project", project.id);
    expect(incidents).toEqual([]);
    expect(hook.requests).toEqual([]);
    expect(mail.messages).toHaveLength(1);
    expect(mail.messages[0]?.to).toContain("owner@example.org");
  });
});
