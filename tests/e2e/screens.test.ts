import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { auditPage, type Browser } from "../support/browser.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import type { Program } from "../support/program.ts";
import { expectNoComplaints, makeOwner, openScreens, OWNER, ping, visit, widthBeyond } from "../support/screens.ts";

const HOSTILE = '<script>window.owned=1</script><img src=x onerror="window.owned=1">\u202egnp.exe\u0007';

// An owner of jobs sets up what is around them, and sees every page; each test goes on where the one before stopped.
describe("the screens", () => {
  let program: Program;
  let browser: Browser;
  let slack: HttpSink;
  let page: Page;
  let jobPath = "";

  const at = (path: string): string => program.url + path;

  openScreens({ ALLOW_PRIVATE_TARGETS: "127.0.0.0/8" }, async (opened) => {
    ({ program, browser } = opened);
    slack = await startHttpSink();
    jobPath = await makeJobs(program);
    await program.answers("/sign-in", 200);
    const screen = { timezoneId: "Europe/Riga", viewport: { width: 1440, height: 900 } };
    page = await browser.signIn(program.url, OWNER.email, OWNER.password, screen);
    await page.getByRole("link", { name: "Nightly backup" }).waitFor();
  });
  afterAll(() => slack?.close());

  test("a channel's test shows what the receiver really answered", async () => {
    await visit(page, at("/channels"));
    await page.getByLabel("Webhook URL").fill("nonsense");
    await page.getByRole("button", { name: "Add the channel" }).click();
    await page.locator("[class*=error]").filter({ hasText: /\S/ }).first().waitFor();
    expect(await page.getByLabel("Webhook URL").inputValue()).toBe("nonsense");

    await page.getByLabel("Webhook URL").fill(`${slack.url}/services/T/B/secret`);
    await page.getByLabel("Name", { exact: true }).fill("Ops room");
    await page.getByRole("button", { name: "Add the channel" }).click();
    await page.getByText("Ops room").waitFor();
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The receiver took it").waitFor();
    expect(slack.requests).toHaveLength(1);

    slack.reply(() => ({ status: 404, body: "no_team" }));
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The receiver refused it").waitFor();
    expect(await page.getByRole("alert").filter({ hasText: "no_team" }).textContent()).toContain("404");
    expect(await page.content()).not.toContain("T/B/secret");
    slack.reply(() => ({ status: 200, body: "ok" }));

    await page.getByRole("combobox", { name: "Kind" }).click();
    await page.getByRole("option", { name: "E-mail" }).click();
    await page.getByText(/SMTP_URL/).waitFor();
  });

  test("a channel that refuses shows on every page; its rules are read aloud, and wrong ones beside their field", async () => {
    slack.reply(() => ({ status: 404, body: "no_team" }));
    await page.goto(at("/channels"));
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The receiver refused it").waitFor();
    await page.goto(at("/jobs"));
    const banner = page.getByRole("complementary", { name: "Channels that do not work" });
    await banner.getByText("no_team").waitFor();
    await banner.getByRole("link", { name: "To the channels" }).click();
    slack.reply(() => ({ status: 200, body: "ok" }));
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The receiver took it").waitFor();
    await banner.waitFor({ state: "detached" });

    await page.getByRole("button", { name: "More for Ops room" }).click();
    await page.getByRole("menuitem", { name: "Change…" }).click();
    const form = page.getByRole("dialog");
    await form.getByText("Takes every alert, at once.").waitFor();
    await form.getByText("Warnings", { exact: true }).click();
    await form.getByText("Critical incidents", { exact: true }).click();
    await form.getByText("Takes nothing.").waitFor();
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText("Choose at least one, or switch the channel off.").waitFor();
    await form.getByText("Critical incidents", { exact: true }).click();
    await form.getByRole("switch", { name: "Quiet hours" }).click();
    expect(await auditPage(page)).toEqual([]);
    await form.getByRole("button", { name: "Save" }).click();
    await form.waitFor({ state: "detached" });
    await page
      .getByText(
        /Takes every alert of critical incidents, at once outside quiet hours\. Quiet hours are every day, 22:00 to 07:00/,
      )
      .waitFor();
  });

  test("what a project keeps is changed on its page, and a wrong number is said beside its field", async () => {
    await visit(page, at("/settings"));
    const form = page.locator("form").filter({ has: page.getByLabel("Keep for this many days") });
    await page.getByLabel("Keep for this many days").fill("0");
    await page.getByLabel("Keep this many runs of each job").fill("500");
    await form.getByRole("button", { name: "Save" }).click();
    await page.getByText("Write a whole number of days, 1 to 3,650.").waitFor();
    expect(await page.getByLabel("Keep this many runs of each job").inputValue()).toBe("500");
    await page.getByLabel("Keep for this many days").fill("30");
    await form.getByRole("button", { name: "Save" }).click();
    await page.getByText("30 days, of each job the latest 500").waitFor();
    await page.getByLabel("Mask this in messages").fill("a*\nacme-*");
    await form.getByRole("button", { name: "Save" }).click();
    await page.getByText("would mask too much").waitFor();
    expect(await page.getByLabel("Mask this in messages").inputValue()).toBe("a*\nacme-*");
  });

  test("a window is made on the calendar, with what is wrong beside its field, and the job's page says that alerts wait", async () => {
    await page.goto(at("/calendar"));
    await page.getByText("Alerts are told at any time").waitFor();
    await page.getByRole("button", { name: "Add the window" }).click();
    await page.getByText("Give it a name.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Database maintenance");
    await page.getByRole("button", { name: "4 hours from now" }).click();
    await page.getByRole("button", { name: "Add the window" }).click();
    const row = page.getByRole("listitem").filter({ hasText: "Database maintenance" });
    await row.getByText("open now").waitFor();
    await page.goto(at(jobPath));
    await page.getByText("Inside the window Database maintenance").waitFor();
    await page.goto(at("/calendar"));
    await row.getByRole("button", { name: "More for Database maintenance" }).click();
    await page.getByRole("menuitem", { name: "Change…" }).click();
    await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Moving house");
    await page.getByRole("dialog").getByText("Every week").click();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("Monday to Friday, 09:00 to 17:00 (Europe/Riga)").waitFor();
  });

  test("every page passes the audit, in light and dark", { timeout: 180_000 }, async () => {
    const incident = await firstIncident(page, at("/incidents"));
    const paths = [
      "/jobs",
      "/jobs?q=nothing-matches",
      "/jobs/new",
      jobPath,
      `${jobPath}/edit`,
      `${jobPath}/runs/2`,
      "/incidents",
      incident,
      "/calendar",
      "/channels",
      "/settings",
      "/system",
      "/projects/new",
      "/nowhere",
    ];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const path of paths) {
        await page.goto(at(path));
        await page.locator("main, h1").first().waitFor();
        expect(await auditPage(page), `${path} ${colorScheme}`).toEqual([]);
      }
    }
  });

  test("nothing reaches beyond the screen of a phone, nor at 200 % zoom", { timeout: 120_000 }, async () => {
    for (const width of [720, 390, 360]) {
      await page.setViewportSize({ width, height: 800 });
      for (const path of [
        "/jobs",
        "/jobs/new",
        jobPath,
        `${jobPath}/runs/2`,
        "/incidents",
        "/calendar",
        "/channels",
        "/settings",
        "/system",
      ]) {
        await page.goto(at(path));
        await page.locator("h1").first().waitFor();
        const beyond = await widthBeyond(page);
        expect(beyond, `${path} at ${width} px`).toBe(0);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test("a page allows no script but its own", async () => {
    const { headers } = await fetch(at("/sign-in"), { redirect: "manual" });
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']{20,}' 'strict-dynamic';/);
    expect(policy).toMatch(/style-src-elem 'self' 'nonce-/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect((await fetch(at("/sign-in"))).headers.get("content-security-policy")).not.toBe(policy);
  });

  test("strangers see nothing of it", async () => {
    await program.admin("create-user", "--email", "stranger@example.org", "--password", OWNER.password);
    const stranger = await browser.signIn(program.url, "stranger@example.org", OWNER.password);
    for (const path of [jobPath, `${jobPath}/edit`, `${jobPath}/runs/2`]) {
      await stranger.goto(at(path));
      await stranger.getByText("There is nothing here").waitFor();
    }
    const run = await stranger.request.get(at(`/api${jobPath}/runs/2/output`));
    expect(run.status()).toBe(404);
    await stranger.goto(at("/system"));
    await stranger.getByText("There is nothing here").waitFor();
    await stranger.context().close();
  });

  test("who signs out is out, and comes back through the form", async () => {
    await page.goto(at("/jobs"));
    await page.getByRole("button", { name: "Your account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in$/);
    for (const path of ["/jobs", jobPath, "/system"]) {
      await page.goto(at(path));
      await page.waitForURL(/\/sign-in$/);
    }
    expect((await page.request.get(at("/api/live?project=x"))).status()).toBe(401);
    expect(await auditPage(page)).toEqual([]);

    await page.getByLabel("E-mail").fill(OWNER.email);
    await page.getByLabel("Password", { exact: true }).fill("wrong horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("do not belong together").waitFor();
    expect(await page.getByLabel("E-mail").inputValue()).toBe(OWNER.email);
  });

  test("a browser that has not read yet which icon a page names finds one at the usual address", async () => {
    const icon = await fetch(at("/favicon.ico"));
    expect([icon.status, icon.headers.get("content-type")]).toEqual([200, "image/x-icon"]);
    expect(Buffer.from(await icon.arrayBuffer()).readUInt16LE(2)).toBe(1);
  });

  test("no page complained", () => expectNoComplaints(browser));
});

/** A job with settings of all kinds, which has failed, and one with a hostile name. @returns the first one's page. */
async function makeJobs(program: Program): Promise<string> {
  const project = await makeOwner(program, "Night shift");
  const create = (slug: string, ...options: string[]) =>
    program.admin<{ id: string; pingUrl: string }>("create-job", "--project", project.id, "--slug", slug, ...options);
  const schedule = ["--schedule", "0 2 * * *", "--dialect", "vixie", "--tz", "Europe/Riga", "--grace", "5m"];
  const { id, pingUrl } = await create("nightly-backup", "--name", "Nightly backup", ...schedule);
  await create("hostile", "--name", HOSTILE.replace("\u0007", ""));
  for (const path of ["", "/start"]) await ping(pingUrl + path);
  await ping(`${pingUrl}/7`, HOSTILE);
  await program.admin("update-job", "--id", id, "--environment", "staging", "--failure-words", "ERROR");
  await ping(`${pingUrl}?metric=rows:12`, "an ERROR");
  return `/jobs/${id}`;
}

async function firstIncident(page: Page, address: string): Promise<string> {
  await page.goto(address);
  return (await page.locator("main a[href^='/incidents/']").first().getAttribute("href")) ?? "";
}
