import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Belfry } from "../clients/belfry.ts";
import { type Borgmatic, borgmaticMissing, setUpBorgmatic } from "../clients/borgmatic.ts";
import { sentryCliMissing, sentryCliPath } from "../clients/sentry-cli.ts";
import { type CronDaemon, cronMissing, startCronDaemon } from "../support/cron-daemon.ts";
import { eventually } from "../support/eventually.ts";

// Programs that people have in their crontabs, unmodified. The cron daemon's minute passes while borgmatic is at work.

const MINUTE = 60_000;

const cronless = cronMissing() ?? sentryCliMissing();
const work = mkdtempSync(join(tmpdir(), "belfry-commands-"));
let belfry: Belfry;
let cron: CronDaemon;

beforeAll(async () => {
  belfry = await Belfry.start();
  if (cronless === null) {
    cron = startCronDaemon();
    cron.install(crontab());
  }
}, MINUTE);

afterAll(async () => {
  await cron?.stop();
  await belfry?.stop();
  rmSync(work, { recursive: true, force: true });
});

function crontab(): string[] {
  const run = `${sentryCliPath()} monitors run`;
  const asked = `--schedule "* * * * *" --timezone Europe/Riga --check-in-margin 2 --max-runtime 5`;
  return [
    "SHELL=/bin/sh",
    "PATH=/usr/local/bin:/usr/bin:/bin",
    `SENTRY_DSN=${belfry.dsn}`,
    `* * * * * ${run} ${asked} --failure-issue-threshold 2 --recovery-threshold 3 'Nightly report' -- sleep 0.5`,
    `* * * * * ${run} --environment staging 'Nightly report' -- sh -c 'exit 3'; echo $? > ${join(work, "status")}`,
  ];
}

describe("borgmatic", () => {
  const missing = borgmaticMissing();
  let borgmatic: Borgmatic;

  beforeAll(async () => {
    if (missing !== null) return;
    const [healthchecks, , cronhub] = await Promise.all(
      ["borg-healthchecks", "borg-cronitor", "borg-cronhub"].map((slug) => belfry.createJob(slug)),
    );
    borgmatic = await setUpBorgmatic({
      healthchecks: healthchecks?.pingUrl ?? "",
      cronitor: `${belfry.url}/p/${belfry.pingKey}/borg-cronitor`,
      cronhub: `${belfry.url}/start/${cronhub?.id}`,
    });
  }, MINUTE);
  afterAll(() => borgmatic?.remove());

  it(
    "tells its runs over its Healthchecks, Cronitor and Cronhub hooks at once",
    { timeout: MINUTE },
    async ({ skip }) => {
      if (missing !== null) skip(missing);
      expect(await borgmatic.backUp({ failing: false })).toMatchObject({ code: 0 });
      expect(await borgmatic.backUp({ failing: true })).toMatchObject({ code: 1 });
      for (const name of ["borg-healthchecks", "borg-cronitor", "borg-cronhub"]) {
        const runs = await belfry.runs(name);
        expect(
          runs.map((run) => run.outcome),
          name,
        ).toEqual(["ok", "failed"]);
        expect(runs[0]?.durationMs, name).toBeGreaterThan(0);
      }
    },
  );
});

describe("sentry-cli monitors run, under a real cron daemon", () => {
  it("tells each run with schedule, limits and environment", { timeout: 3 * MINUTE }, async ({ skip }) => {
    if (cronless !== null) skip(cronless);
    await eventually(async () => {
      const [good] = await belfry.runs("Nightly report");
      const [bad] = await belfry.runs("Nightly report", "staging");
      expect([good?.outcome, bad?.outcome]).toEqual(["ok", "failed"]);
    }, 2 * MINUTE);
    expect(await belfry.job("Nightly report")).toMatchObject({
      slug: "nightly-report",
      schedule: "* * * * *",
      timeZone: "Europe/Riga",
      graceMs: 2 * MINUTE,
      maxRuntimeMs: 5 * MINUTE,
      failuresToOpen: 2,
      successesToClose: 3,
      managedBy: "code",
    });
    expect(await belfry.job("Nightly report", "staging")).toMatchObject({ schedule: "", slug: "nightly-report" });
    const [run] = await belfry.runs("Nightly report");
    expect(run?.durationMs).toBeGreaterThanOrEqual(499);
    // It made the job; from then on it is expected every minute.
    const expected = Date.parse((await belfry.report("Nightly report")).nextExpectedAt ?? "");
    expect(expected % MINUTE).toBe(0);
    expect(expected).toBeGreaterThan(Date.parse(run?.startedAt ?? ""));
    expect(readFileSync(join(work, "status"), "utf8")).toBe("3\n");
  });
});
