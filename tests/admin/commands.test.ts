import { beforeAll, describe, expect, test } from "vitest";
import { MINUTE } from "../../lib/domain/time.ts";
import { createAuth } from "../../lib/auth/server.ts";
import { book, PASSWORD, sweepJob } from "../services/world.ts";
import { offsetClock } from "../support/database.ts";
import { AdminWorld } from "./admin-world.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let world: AdminWorld;
let services: AdminWorld["services"];
let database: AdminWorld["database"];
let project: AdminWorld["project"];

beforeAll(async () => {
  world = await AdminWorld.open();
  ({ services, database, project } = world);
});

const run = (...words: string[]) => world.run(...words);
const failure = (...words: string[]) => world.failure(...words);
const newJob = (...words: string[]) => world.newJob(...words);

describe("people", () => {
  test("create-user and reset-password", async () => {
    const user = await run("create-user", "--email", "Second@example.org", "--password", PASSWORD);
    expect(user).toEqual({ id: expect.any(String), email: "second@example.org" });
    const reset = await run("reset-password", "--email", "second@example.org", "--password", "another password");
    expect(reset).toEqual(user);
    const auth = createAuth(services);
    const signIn = (password: string) => auth.signIn({ email: "second@example.org", password }, new Headers());
    expect(await signIn("another password")).toMatchObject({ ok: true });
    expect(await signIn(PASSWORD)).toMatchObject({ ok: false });
  });

  test("create-project and create-key", async () => {
    expect(project).toEqual({
      id: expect.any(String),
      name: "Night shift",
      pingKey: expect.stringMatching(/^bfp_[0-9A-Za-z]{24}$/),
      dsn: expect.stringMatching(/^http:\/\/[0-9a-f]{32}@localhost:3000\/\d+$/),
    });
    expect(await run("create-key", "--project", project.id, "--scope", "ping")).toEqual({
      key: expect.stringMatching(/^bfp_/),
    });
    expect(await run("create-key", "--project", project.id, "--scope", "read")).toEqual({
      key: expect.stringMatching(/^bfr_/),
    });
    expect(await run("create-key", "--project", project.id, "--scope", "write")).toEqual({
      key: expect.stringMatching(/^bfw_/),
    });
  });

  test.each([
    [["create-user", "--email", "owner@example.org", "--password", PASSWORD], /already an account/],
    [["create-user", "--email", "nonsense", "--password", PASSWORD], /"nonsense" is not an e-mail address/],
    [["create-user", "--email", "x@example.org", "--password", "short"], /at least 8/],
    [["reset-password", "--email", "nobody@example.org", "--password", PASSWORD], /no account .* nobody@example\.org/],
    [
      ["create-project", "--name", "X", "--owner", "nobody@example.org"],
      /make it first: create-user --email nobody@example\.org/,
    ],
    [["create-project", "--name", " ", "--owner", "owner@example.org"], /Give it a name/],
    [["create-key", "--project", NOBODY, "--scope", "ping"], /no project with the id/],
    [["create-key", "--project", "x", "--scope", "ping"], /no project with the id "x"/],
  ])("%j says what is wrong", async (words, sentence) => {
    expect(await failure(...words)).toMatch(sentence);
  });

  test("an unknown scope says which there are", async () => {
    expect(await failure("create-key", "--project", project.id, "--scope", "admin")).toBe(
      '"admin" is no scope of a key; use one of ping, read, write.',
    );
  });
});

describe("jobs", () => {
  test("create-job", async () => {
    const job = await run(
      ...["create-job", "--project", project.id, "--slug", "backup", "--name", "Backup", "--schedule", "*/5 * * * *"],
      ...["--dialect", "vixie", "--tz", "Europe/Riga", "--grace", "90s", "--max-runtime", "2h", "--jitter", "5m"],
      ...["--overlap", "allow", "--min-runtime", "30s", "--unusual", "alert", "--tags", "db, nightly"],
    );
    expect(job).toEqual({
      ...{ id: expect.any(String), slug: "backup", pingUrl: `http://localhost:3000/ping/${job.id}` },
      warnings: [],
    });
    const { rows } = await database.pool.query(
      `SELECT name, schedule_expression, dialect, time_zone, grace_ms, max_runtime_ms, min_runtime_ms, jitter_ms, overlap,
         unusual, tags FROM jobs WHERE id = $1`,
      [job.id],
    );
    expect(rows).toEqual([
      {
        ...{ name: "Backup", schedule_expression: "*/5 * * * *", dialect: "vixie", time_zone: "Europe/Riga" },
        ...{ grace_ms: 90_000, max_runtime_ms: 7_200_000, jitter_ms: 300_000, overlap: "allow" },
        ...{ min_runtime_ms: 30_000, unusual: "alert", tags: ["db", "nightly"] },
      },
    ]);
  });

  test("update-job gives a job other tags, or none", async () => {
    const id = await newJob("--tags", "db");
    const tags = async () => (await run("job", "--id", id)).tags;
    expect(await tags()).toEqual(["db"]);
    await run("update-job", "--id", id, "--tags", "web,batch");
    expect(await tags()).toEqual(["web", "batch"]);
    await run("update-job", "--id", id, "--name", "Other");
    expect(await tags()).toEqual(["web", "batch"]);
    await run("update-job", "--id", id, "--tags", "");
    expect(await tags()).toEqual([]);
    expect(await failure("update-job", "--id", id, "--tags", "two words")).toMatch(/tag "two words" cannot be used/);
  });

  test("create-job and update-job say how pings are read, and in which environment", async () => {
    const id = await newJob(
      ...[
        "--environment",
        "staging",
        "--methods",
        "post",
        "--failure-words",
        "ERROR, has failed",
        "--start-words",
        "begin",
      ],
      ...["--manual-resume", "yes"],
    );
    const stored = async () =>
      (await database.pool.query("SELECT environment, ping_policy, name FROM jobs WHERE id = $1", [id])).rows[0];
    const policy = {
      ...{ methods: "post", manualResume: true, failureWords: ["ERROR", "has failed"], successWords: [] },
      ...{ startWords: ["begin"], places: ["subject", "mail", "http"], otherwise: "ignore" },
    };
    expect(await stored()).toEqual({ environment: "staging", ping_policy: policy, name: `job-${world.slugs}` });

    const changed = await run(
      "update-job",
      "--id",
      id,
      "--words-in",
      "http",
      "--without-words",
      "fail",
      "--name",
      "Backup",
    );
    expect(changed).toMatchObject({ id, slug: `job-${world.slugs}`, warnings: [] });
    expect(await stored()).toEqual({
      environment: "staging",
      ping_policy: { ...policy, places: ["http"], otherwise: "fail" },
      name: "Backup",
    });
    await run(
      "update-job",
      "--id",
      id,
      "--methods",
      "any",
      "--manual-resume",
      "no",
      "--failure-words=",
      "--start-words=",
    );
    expect(await stored()).toMatchObject({ ping_policy: null });
    expect(await failure("update-job", "--id", id, "--manual-resume", "perhaps")).toMatch(/yes or no/);
    expect(await failure("update-job", "--id", id, "--methods", "PUT", "--words-in", "head")).toMatch(/PUT.*"head"/);
    expect(await failure("update-job", "--id", NOBODY, "--name", "x")).toMatch(/no job/);
  });

  test("a job's name defaults to its slug", async () => {
    const id = await newJob("--schedule", "every 5s");
    const { rows } = await database.pool.query("SELECT name, interval_ms FROM jobs WHERE id = $1", [id]);
    expect(rows).toEqual([{ name: `job-${world.slugs}`, interval_ms: 5_000 }]);
  });

  test("a schedule that never runs is taken, and warned of", async () => {
    const words = ["create-job", "--project", project.id, "--slug", "never", "--schedule", "0 0 30 2 *"];
    expect((await run(...words)).warnings).toEqual(["This never runs."]);
  });

  test.each([
    [["--slug", "Not A Slug"], /not-a-slug/],
    [["--slug", "s", "--schedule", "* * *"], /./],
    [["--slug", "s", "--schedule", "* * * * *", "--tz", "Riga"], /Riga/],
    [["--slug", "s", "--dialect", "crond"], /"crond"; use one of auto, vixie, /],
    [["--slug", "s", "--grace", "5 apples"], /"5 apples" is no duration for the grace time; write 90s, 5m, 2h or 1d\./],
    [["--slug", "s", "--max-runtime", "0s"], /longest run time has to be between/],
    [["--slug", "s", "--min-runtime", "0s"], /shortest run time has to be between/],
    [["--slug", "s", "--overlap", "perhaps"], /use alert or allow/],
    [["--slug", "s", "--unusual", "perhaps"], /use alert or ignore/],
    [["--slug", "s", "--colour", "red"], /no option --colour/],
  ])("create-job %j says what would be right", async (words, sentence) => {
    expect(await failure("create-job", "--project", project.id, ...words)).toMatch(sentence);
  });

  test("two mistakes are both named", async () => {
    const sentence = await failure(
      "create-job",
      "--project",
      project.id,
      "--slug",
      "s",
      "--grace",
      "x",
      "--overlap",
      "y",
    );
    expect(sentence).toMatch(/"x" is no duration.*"y" is no rule/);
  });

  test("a slug in use is refused", async () => {
    await newJob();
    expect(await failure("create-job", "--project", project.id, "--slug", `job-${world.slugs}`)).toMatch(
      /has a job with the slug/,
    );
  });

  test("job: what came, what was missed, newest first", async () => {
    await offsetClock(database, -60 * MINUTE);
    const id = await newJob("--schedule", "every 10m", "--grace", "1m");
    await offsetClock(database, 0);
    const installation = { services };
    const settings = {
      ...{ name: `job-${world.slugs}`, environment: "production", projectId: project.id },
      ...{ schedule: "every 10 min", dialect: null, tz: null, grace: "1m", maxRuntime: null, minRuntime: null },
      ...{ jitter: "0s", failures: 1, failureWindow: null, successes: 1, overlap: "alert", unusual: "ignore" },
      ...{ tooOften: "alert", tags: [], upstreams: [], channels: [] },
      warning: expect.stringMatching(/^Nobody/),
    };
    expect(await run("job", "--id", id)).toEqual({
      ...{ id, slug: `job-${world.slugs}`, state: "new", lastPingAt: null, nextExpectedAt: null, pings: 0, runs: [] },
      ...{ ...settings, openIncidents: [] },
    });
    const now = services.clock.now();
    const at = (minutes: number) => new Date(now - minutes * MINUTE).toISOString();
    await book(installation, id, { action: "start", receivedAt: now - 40 * MINUTE });
    await book(installation, id, { action: "fail", exitCode: 3, receivedAt: now - 39 * MINUTE });
    await book(installation, id, { action: "log", receivedAt: now - 38 * MINUTE });
    await sweepJob(installation, id, now - 25 * MINUTE);
    await book(installation, id, { action: "success", receivedAt: now - 20 * MINUTE });
    const job = await run("job", "--id", id);
    expect(job).toEqual({
      ...{ id, slug: `job-${world.slugs}`, state: "late", lastPingAt: at(20), nextExpectedAt: at(10), pings: 4 },
      ...{ ...settings, openIncidents: [] },
      runs: [
        { outcome: "ok", startedAt: at(20), finishedAt: at(20), durationMs: null, exitCode: null, slotAt: at(20) },
        { outcome: "missed", startedAt: null, finishedAt: null, durationMs: null, exitCode: null, slotAt: at(30) },
        {
          outcome: "failed",
          startedAt: at(40),
          finishedAt: at(39),
          durationMs: MINUTE,
          exitCode: 3,
          slotAt: null,
        },
      ],
    });
    expect(job.lastPingAt).toMatch(ISO);
  });

  test("job: what is set, what is open, and over which channels it would be told", async () => {
    const own = await run("create-project", "--name", "Own", "--owner", "owner@example.org");
    const channel = async (name: string, ...words: string[]) =>
      (await run(...["create-channel", "--project", own.id, "--kind", "webhook", "--name", name], ...words)).id;
    const url = ["--url", "http://127.0.0.1:8080/hook"];
    const [ops, web] = [await channel("Ops", ...url), await channel("Web", ...url, "--rules", '{"tags": ["web"]}')];
    await run("create-job", "--project", own.id, "--slug", "dump");
    const { id } = await run(
      ...["create-job", "--project", own.id, "--slug", "backup", "--schedule", "0 2 * * *", "--dialect", "vixie"],
      ...["--tz", "Europe/Riga", "--max-runtime", "90m", "--failures", "3", "--failure-window", "5", "--tags", "db"],
      ...["--upstreams", "dump"],
    );
    for (let times = 0; times < 3; times++) await book({ services }, id, { action: "fail", exitCode: 1 });
    expect(await run("job", "--id", id)).toMatchObject({
      ...{ projectId: own.id, schedule: "0 2 * * *", dialect: "vixie", tz: "Europe/Riga", grace: "1h" },
      ...{ maxRuntime: "1h30m", failures: 3, failureWindow: 5, tags: ["db"], upstreams: ["dump"], warning: null },
      channels: [
        { id: ops, name: "Ops", kind: "webhook", told: true },
        { id: web, name: "Web", kind: "webhook", told: false },
      ],
      openIncidents: [{ id: expect.any(String), cause: "failed", openedAt: expect.stringMatching(ISO) }],
    });
  });

  test("job: at most the newest 100 runs", async () => {
    const id = await newJob();
    for (let number = 1; number <= 103; number++)
      await book({ services }, id, { action: "fail", exitCode: number % 256 });
    const { runs, pings } = await run("job", "--id", id);
    expect(pings).toBe(103);
    expect(runs).toHaveLength(100);
    expect(runs.map((one: { exitCode: number }) => one.exitCode)).toEqual(
      Array.from({ length: 100 }, (_, index) => 103 - index),
    );
  });

  test("pause-job, resume-job, delete-job", async () => {
    const id = await newJob("--schedule", "every 1h");
    const slug = `job-${world.slugs}`;
    expect(await run("pause-job", "--id", id)).toEqual({ id, slug, state: "paused" });
    expect(await run("job", "--id", id)).toMatchObject({ state: "paused" });
    expect(await run("resume-job", "--id", id)).toEqual({ id, slug, state: "new" });
    expect(await run("delete-job", "--id", id)).toEqual({ id, slug, deleted: true });
    expect(await failure("job", "--id", id)).toBe(`There is no job with the id "${id}".`);
  });
});
