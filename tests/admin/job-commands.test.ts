import { beforeAll, describe, expect, test } from "vitest";
import { AdminWorld } from "./admin-world.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";

let world: AdminWorld;
let database: AdminWorld["database"];
let project: AdminWorld["project"];

beforeAll(async () => {
  world = await AdminWorld.open();
  ({ database, project } = world);
});

const run = (...words: string[]) => world.run(...words);
const failure = (...words: string[]) => world.failure(...words);
const newJob = (...words: string[]) => world.newJob(...words);

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
