import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditPage, type Browser, browserMissing, openBrowser } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { Program } from "../support/program.ts";
import { makeOwner, OWNER } from "../support/screens.ts";

const missing = browserMissing();

const HOUR = 3_600_000;
const MINUTE = 60_000;

type Created = { id: string; pingUrl: string };

describe.skipIf(missing !== null)(`what a job usually does${missing === null ? "" : ` (${missing})`}`, () => {
  let program: Program;
  let browser: Browser;
  let page: Page;
  let report: Created;
  let invoices: Created;

  async function createJob(project: { id: string }, slug: string, schedule: string, zone: string): Promise<Created> {
    const options = ["--project", project.id, "--slug", slug, "--schedule", schedule, "--tz", zone];
    return program.admin<Created>("create-job", ...options, "--dialect", "vixie");
  }

  /** Good runs, the newest `ageMs` ago. Numbers below 1 leave room for what really comes. */
  async function addRuns(job: Created, run: { everyMs: number; ageMs: number; slowAt: number }): Promise<void> {
    await program.query("UPDATE jobs SET schedule_since = now() - interval '90 days' WHERE id = $1", [job.id]);
    await program.query(
      `INSERT INTO runs (job_id, number, outcome, started_at, finished_at, duration_ms, settled_at)
       SELECT $1, -n, 'ok', at, at + lasted, extract(epoch FROM lasted) * 1000, at + lasted
       FROM generate_series(1, 60) AS n,
       LATERAL (SELECT now() - ($3 + (n - 1) * $2::float8) * interval '1 ms' AS at,
         CASE n WHEN $4 THEN interval '16 min' ELSE interval '4 min' END AS lasted) run`,
      [job.id, run.everyMs, run.ageMs, run.slowAt],
    );
    await program.query("UPDATE job_state SET last_ok_at = now() WHERE job_id = $1", [job.id]);
  }

  beforeAll(async () => {
    if (missing !== null) return;
    [browser, program] = await Promise.all([openBrowser(), Program.start()]);
    const project = await makeOwner(program, "Ops");
    report = await createJob(project, "report", "0 * * * *", "UTC");
    invoices = await createJob(project, "invoices", "0 6 * * *", "Etc/GMT-3");
    const day = new Date();
    await addRuns(report, { everyMs: HOUR, ageMs: HOUR, slowAt: 5 });
    await addRuns(invoices, { everyMs: 24 * HOUR, ageMs: (day.getTime() % (24 * HOUR)) + 18 * HOUR, slowAt: 0 });
    page = await browser.signIn(program.url, OWNER.email, OWNER.password, { viewport: { width: 1440, height: 900 } });
  });

  afterAll(async () => {
    await Promise.all([browser?.close(), program?.stop()]);
  });

  test("its page says it, and marks the run that was unlike the others", async () => {
    await page.goto(`${program.url}/jobs/${report.id}`);
    const usually = page.getByRole("region", { name: "Usually" });
    await usually.getByText("4 min, 95 % within 4 min").waitFor();
    const row = page.getByRole("row").filter({ hasText: "16 min" });
    await row.getByText("4× usual").waitFor();
    expect(await page.getByText(/× usual/).count()).toBe(1);
    expect(await auditPage(page)).toEqual([]);
  });

  test("a host that runs in UTC is told from its starts, with what to do", async () => {
    await page.goto(`${program.url}/jobs/${invoices.id}`);
    await page.getByText("Your host seems to run in UTC, not in Etc/GMT-3").waitFor();
    expect(await auditPage(page)).toEqual([]);
    await page.getByRole("link", { name: /Change the job.s time zone/ }).click();
    await page.getByRole("heading", { name: "Edit invoices" }).waitFor();
  });

  test("the form fills in what it suggests, and unusual runs are told from then on", async () => {
    await page.goto(`${program.url}/jobs/${report.id}/edit`);
    await page.getByText("Suggested from the last 60 runs").first().waitFor();
    await page.getByRole("button", { name: "Use 15 min" }).click();
    expect(await page.getByLabel("Longest run time").inputValue()).toBe("15m");
    expect(await page.getByRole("button", { name: "Use 15 min" }).count()).toBe(0);
    await page.getByLabel("Shortest run time").fill("30s");
    const slow = page.getByRole("radiogroup", { name: "When a run takes far longer" });
    await slow.getByRole("radio", { name: "Warn, without calling the job down" }).check();
    expect(await auditPage(page)).toEqual([]);
    await page.getByRole("button", { name: "Save" }).click();
    const limits = page.getByRole("region", { name: "Limits" });
    await limits.getByText("15 min", { exact: true }).waitFor();
    await limits.getByText("30 s", { exact: true }).waitFor();
    expect(await limits.getByText("are warned of").count()).toBe(2);

    // The loop looks at once when the program starts. A page left open would complain of the time between.
    await page.goto("about:blank");
    await program.end("SIGTERM");
    await program.start();
    await program.answers("/sign-in", 200);
    await eventually(async () => {
      expect(await program.query("SELECT 1 FROM job_usual WHERE bounds <> 'null'")).toHaveLength(1);
    }, MINUTE);
    expect((await fetch(`${report.pingUrl}?duration=40`)).status).toBe(200);
    await page.goto(`${program.url}/jobs`);
    const row = page.getByRole("row").filter({ hasText: "report" });
    await row.getByText("Fast", { exact: true }).waitFor();
    await row.getByText("OK", { exact: true }).waitFor();
    expect(await auditPage(page)).toEqual([]);
  });

  test("no page complained", () => expect(browser.complaints).toEqual([]));
});
