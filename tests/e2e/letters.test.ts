import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MINUTE } from "../../lib/domain/time.ts";
import { auditPage, type Browser, browserMissing, openBrowser } from "../support/browser.ts";
import { Program } from "../support/program.ts";
import { makeOwner, OWNER, widthBeyond } from "../support/screens.ts";
import { startSmtpSink, type SmtpSink, type SunkMail } from "../support/smtp-sink.ts";

const missing = browserMissing();

// Mails that nobody waits for, and what their links do; each test goes on where the one before stopped.
describe("reports, fire drills and the links in them", () => {
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ""));

  let program: Program;
  let browser: Browser;
  let smtp: SmtpSink;
  let page: Page;
  let project = "";
  let jobId = "";

  beforeAll(async () => {
    if (missing !== null) return;
    smtp = await startSmtpSink();
    [browser, program] = await Promise.all([openBrowser(), Program.start({ env: { SMTP_URL: smtp.url } })]);
    ({ id: project } = await makeOwner(program, "Shop"));
    const job = ["--slug", "backup", "--schedule", "0 * * * *", "--grace", "5m"];
    ({ id: jobId } = await program.admin<{ id: string }>("create-job", "--project", project, ...job));
    await program.admin("create-channel", "--project", project, "--kind", "email", "--to", "ops@example.org");
    await addLateRuns(program, jobId);
    await program.answers("/sign-in", 200);
    page = await browser.signIn(program.url, OWNER.email, OWNER.password, { timezoneId: "Europe/Riga" });
  });

  afterAll(async () => {
    await Promise.all([browser?.close(), program?.stop(), smtp?.close()]);
  });

  /** The address that begins so in a mail. */
  const linkIn = (mail: SunkMail | undefined, path: string): string =>
    new RegExp(`${program.url}${path}/[\\w-]+`).exec(mail?.raw.replaceAll("=\r\n", "") ?? "")?.[0] ?? "";

  async function looksRight(path: string): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(path);
        await page.locator("h1").first().waitFor();
        expect(await auditPage(page), `${path} ${colorScheme}`).toEqual([]);
        const beyond = await widthBeyond(page);
        expect(beyond, `${path} at ${width} px`).toBe(0);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  test("a drill is started, arrives, and is seen by whoever presses the button in its message", async () => {
    await page.goto(`${program.url}/channels`);
    await page.getByRole("link", { name: "Fire drills" }).click();
    await page.getByText("No drill yet").waitFor();
    await page.getByRole("button", { name: "Start a drill" }).click();
    await smtp.received(1);
    await page.getByText("1 of 1 arrived, 0 seen").waitFor();
    const seen = linkIn(smtp.messages[0], "/seen");
    const stranger = await browser.open();
    await stranger.goto(seen);
    await stranger.getByText("Nothing is wrong.").waitFor();
    await page.reload();
    await page.getByText("1 of 1 arrived, 0 seen").waitFor();
    await stranger.getByRole("button", { name: "I have seen it" }).click();
    await stranger.getByText("The drill counts as seen over").waitFor();
    await page.getByText("1 of 1 arrived, 1 seen").waitFor();
    await looksRight(`${program.url}/drills`);
    await looksRight(seen);
  });

  test("drills come by themselves where somebody says how often", async () => {
    await page.goto(`${program.url}/drills`);
    await page.getByLabel("Drills", { exact: true }).selectOption("month");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The next is in").waitFor();
    const { nextAt } = await program.admin<{ nextAt: string }>("drills", "--project", project);
    expect(nextAt).toMatch(/T0[78]:00:00\.000Z$/);
  });

  test("a person asks for reports on the project's page, and gets one when it is due", async () => {
    await page.goto(`${program.url}/settings`);
    const panel = page.getByRole("region", { name: "Reports" });
    await panel.getByLabel("By the clocks of").fill("Europe/Nowhere");
    await panel.getByLabel("Every day").check();
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.getByText("There is no time zone").waitFor();
    expect(await panel.getByLabel("Every day").isChecked()).toBe(true);
    await panel.getByLabel("By the clocks of").fill("Europe/Riga");
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.getByText("The next leaves").waitFor();
    await program.query("UPDATE report_subscriptions SET next_at = belfry_now()");
    await smtp.received(2);
    expect(smtp.messages[1]).toMatchObject({
      to: [OWNER.email],
      subject: expect.stringMatching(/^Your day in Shop: /),
    });
    await looksRight(`${program.url}/reports?period=week`);
  });

  test("a grace that the report proposes is shown by its link, and in force when somebody presses the button", async () => {
    const link = linkIn(smtp.messages[1], "/grace");
    await looksRight(link);
    const before = await program.query<{ ms: number }>("SELECT grace_ms::int AS ms FROM jobs");
    expect(before[0]?.ms).toBe(5 * MINUTE);
    await page.getByRole("button", { name: "Change to 20 min" }).click();
    await page.getByText("The grace of backup is 20 min now.").waitFor();
    const after = await program.query<{ ms: number }>("SELECT grace_ms::int AS ms FROM jobs");
    expect(after[0]?.ms).toBe(20 * MINUTE);
  });

  test("mails end at one click of a mail program, and not because somebody looked", async () => {
    const report = linkIn(smtp.messages[1], "/api/unsubscribe");
    const drill = linkIn(smtp.messages[0], "/api/unsubscribe");
    const look = await fetch(report, { redirect: "manual" });
    expect([look.status, look.headers.get("location")]).toEqual([303, new URL(report).pathname.replace("/api", "")]);
    await looksRight(report);
    expect(await program.query("SELECT FROM report_subscriptions")).toHaveLength(1);
    const oneClick = { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) };
    expect((await fetch(report, oneClick)).status).toBe(200);
    expect(await program.query("SELECT FROM report_subscriptions")).toHaveLength(0);
    await page.goto(drill);
    await page.getByRole("button", { name: "Unsubscribe" }).click();
    await page.getByText("Nothing is sent to ops@example.org").waitFor();
    await smtp.received(3);
    expect(smtp.messages[2]).toMatchObject({ to: [OWNER.email], subject: "⚠ UNSUBSCRIBED · E-mail" });
    await page.goto(`${program.url}/channels`);
    await page.getByText("who unsubscribed").waitFor();
    expect((await fetch(`${program.url}/api/unsubscribe/nonsense`, oneClick)).status).toBe(404);
  });

  test("no page complained", () => {
    expect(browser.complaints).toEqual([]);
  });
});

/** Good runs of every hour that start nine minutes after their slots. */
async function addLateRuns(program: Program, jobId: string): Promise<void> {
  await program.query(
    `INSERT INTO runs (job_id, number, outcome, slot_at, started_at, finished_at, duration_ms, settled_at)
     SELECT $1, n, 'ok', at, at + interval '9 min', at + interval '10 min', 60000, at + interval '10 min'
     FROM generate_series(1, 48) n, LATERAL (SELECT date_trunc('hour', belfry_now()) - (50 - n) * interval '1 hour' AS at) s`,
    [jobId],
  );
  await program.query(
    "UPDATE job_state SET first_ping_at = belfry_now(), last_ok_at = belfry_now() WHERE job_id = $1",
    [jobId],
  );
}
