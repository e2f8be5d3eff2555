import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { auditPage, type Browser, browserMissing, openBrowser } from "../support/browser.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { Program } from "../support/program.ts";

const missing = browserMissing();
const OWNER = { email: "owner@example.org", password: "correct horse battery" };
const HOSTILE = '<script>window.owned=1</script><img src=x onerror="window.owned=1">\u202egnp.exe\u0007';

// One person's way through the program; each test goes on where the one before stopped.
describe("the screens", () => {
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ""));

  let program: Program;
  let browser: Browser;
  let slack: HttpSink;
  let page: Page;
  let jobPath = "";
  let pingUrl = "";

  const ping = async (address: string, body?: string): Promise<void> => {
    const response = await fetch(address, body === undefined ? {} : { method: "POST", body });
    expect(response.ok, await response.text()).toBe(true);
  };
  const at = (path: string): string => program.url + path;

  beforeAll(async () => {
    if (missing !== null) return;
    [browser, slack] = await Promise.all([openBrowser(), startHttpSink()]);
    program = await Program.start({ env: { ALLOW_PRIVATE_TARGETS: "127.0.0.0/8" } });
    await program.answers("/sign-up", 200);
    page = await browser.open({ timezoneId: "Europe/Riga", viewport: { width: 1440, height: 900 } });
  });

  afterAll(async () => {
    await Promise.all([browser?.close(), program?.stop(), slack?.close()]);
  });

  test("the first visitor is sent to sign up; what is wrong is said beside its field and the input stays", async () => {
    await page.goto(at("/"));
    await page.waitForURL(/\/sign-up$/);
    await page.getByLabel("E-mail").fill("owner@");
    await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
    await page.getByRole("button", { name: "Make the account" }).click();
    await page.getByText("is not an e-mail address").waitFor();
    expect(await page.getByLabel("E-mail").inputValue()).toBe("owner@");

    await page.getByLabel("E-mail").fill(OWNER.email);
    await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
    await page.getByRole("button", { name: "Make the account" }).click();
    await page.waitForURL(/\/jobs$/);
  });

  test("the empty list listens already: the line it shows makes a job, and the page says so by itself", async () => {
    const line = (await page.getByRole("group", { name: "Try it now" }).textContent()) ?? "";
    const address = /"(http[^"]+)"/.exec(line)?.[1] ?? "";
    expect(address).toContain("create=1");
    await page.getByText("Waiting for the first ping").waitFor();
    await page.locator("[data-live=live]").waitFor();
    await ping(address);
    await page.getByText("Received:").waitFor();
    await page.getByRole("button", { name: "See the list" }).click();
    await page.getByRole("link", { name: "my-first-job" }).waitFor();
    await page.getByText("Nobody would be told.").waitFor();
  });

  test("a new job shows what its schedule means as one types, and keeps what was typed when it is wrong", async () => {
    await page.getByRole("link", { name: "New job" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Nightly backup");
    await page.getByLabel("Schedule", { exact: true }).fill("61 2 * * *");
    await page.getByText(/61/).and(page.locator("[class*=error]")).first().waitFor();
    await page.getByLabel("Grace time").fill("soon");
    await page.getByRole("button", { name: "Make the job" }).click();
    await page.getByText(/"soon" is no duration/).waitFor();
    expect(await page.getByLabel("Grace time").inputValue()).toBe("soon");
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Nightly backup");

    await page.getByLabel("Schedule", { exact: true }).fill("0 2 * * *");
    await page.getByText("At 02:00 every day.").waitFor();
    await page.getByText("Read as Debian's cron would.").waitFor();
    expect(await page.getByRole("list", { name: "Next occurrences" }).getByRole("listitem").count()).toBe(5);
    expect(await page.getByRole("combobox", { name: "Time zone" }).inputValue()).toBe("Europe/Riga");
    await page.getByRole("combobox", { name: "Which scheduler" }).click();
    await page.getByRole("option", { name: "Debian, Ubuntu (cron)" }).click();
    await page.getByText("Read as Debian's cron would.").waitFor({ state: "detached" });
    await page.getByLabel("Grace time").fill("5m");
    await page.getByRole("button", { name: "Make the job" }).click();
    await page.getByRole("heading", { name: "Already listening" }).waitFor();
    jobPath = new URL(page.url()).pathname;
    await page.getByText("At 02:00 every day (Europe/Riga) · waiting for the first ping.").waitFor();
    await page.getByText("Debian's cron, Europe/Riga").waitFor();
    await page
      .getByText(/nobody/i)
      .first()
      .waitFor();
  });

  test("the job page says when a ping has come, without a reload", async () => {
    await page.evaluate(() => Object.assign(window, { here: true }));
    const line = (await page.getByRole("group", { name: "Try it now" }).textContent()) ?? "";
    pingUrl = /"(http[^"]+)"/.exec(line)?.[1] ?? "";
    await page.locator("[data-live=live]").waitFor();
    await ping(pingUrl);
    await page.getByText(/Received after .* from 127\.0\.0\.1/).waitFor();
    await page.getByRole("link", { name: "#1", exact: true }).waitFor();
    expect(await page.evaluate(() => "here" in window)).toBe(true);
  });

  test("the list follows pings by itself, and its title counts what fails", async () => {
    await page.goto(at("/jobs"));
    await page.evaluate(() => Object.assign(window, { here: true }));
    await page.locator("[data-live=live]").waitFor();
    const row = page.getByRole("row").filter({ hasText: "Nightly backup" });
    await ping(`${pingUrl}/start`);
    await row.getByText("Running", { exact: true }).waitFor({ timeout: 5_000 });
    await ping(`${pingUrl}/7`, HOSTILE);
    await row.getByText("Down", { exact: true }).waitFor({ timeout: 5_000 });
    await expect.poll(() => page.title()).toBe("(1) Jobs · Belfry");
    expect(await page.evaluate(() => "here" in window)).toBe(true);

    await page.getByRole("button", { name: /Failing/ }).click();
    expect(new URL(page.url()).search).toBe("?state=failing");
    await page.getByText("1 of 2 jobs").waitFor();
    await page.getByRole("button", { name: /Failing/ }).click();
  });

  test("the keyboard searches, moves and opens", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("nightly");
    await page.getByText("1 of 2 jobs").waitFor();
    expect(new URL(page.url()).search).toBe("?q=nightly");
    await page.keyboard.press("Escape");
    await page.getByText("2 jobs", { exact: true }).waitFor();
    await page.keyboard.press("j");
    await expect.poll(() => focusedText(page)).toBe("Nightly backup");
    await page.keyboard.press("j");
    await expect.poll(() => focusedText(page)).toBe("my-first-job");
    await page.keyboard.press("k");
    await expect.poll(() => focusedText(page)).toBe("Nightly backup");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys and signs" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.waitForURL(at(jobPath));
  });

  test("the run page shows output as text that can do nothing", async () => {
    await page.getByRole("link", { name: "#2", exact: true }).click();
    await page.getByRole("heading", { name: /Run #2/ }).waitFor();
    const output = page.getByRole("group", { name: "Output of the run" });
    expect(await output.textContent()).toContain("<script>window.owned=1</script>");
    expect(await output.textContent()).toContain("⟨U+202E⟩gnp.exe^G");
    expect(await page.evaluate(() => "owned" in window)).toBe(false);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    expect((await download).suggestedFilename()).toBe("run-2.txt");
  });

  test("a hostile name is text wherever it shows", async () => {
    await page.goto(at("/jobs/new"));
    await page.getByLabel("Name", { exact: true }).fill(HOSTILE.replace("\u0007", ""));
    await page.getByLabel("Slug").fill("hostile");
    await page.getByRole("button", { name: "Make the job" }).click();
    await page.getByRole("heading", { name: /<script>window.owned=1<\/script>/ }).waitFor();
    await page.goto(at("/jobs"));
    await page.getByText("⟨U+202E⟩gnp.exe").first().waitFor();
    expect(await page.evaluate(() => "owned" in window)).toBe(false);
  });

  test("a channel's test shows what the receiver really answered", async () => {
    await page.goto(at("/channels"));
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

  test("a job is paused, resumed and, once confirmed, deleted", async () => {
    await page.goto(at("/jobs"));
    await page.getByRole("link", { name: "my-first-job" }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText(/paused, so nothing is expected/).waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("button", { name: "Delete the job" }).click();
    await page.waitForURL(/\/jobs$/);
    await page.getByRole("link", { name: "Nightly backup" }).waitFor();
    expect(await page.getByRole("link", { name: "my-first-job" }).count()).toBe(0);
  });

  test("how pings are read is set in a folded part of the form, and the job's page says it", async () => {
    await page.goto(at(`${jobPath}/edit`));
    await page.getByLabel("Environment").fill("two words");
    await page.getByText("By their address alone").click();
    await page.getByRole("combobox", { name: "Words of a failure" }).fill("ERROR");
    await page.keyboard.press("Enter");
    for (const place of ["The subject of mails", "The text of mails"]) await page.getByLabel(place).uncheck();
    expect(await auditPage(page)).toEqual([]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/"two words" cannot be the name of an environment/).waitFor();
    await page.getByLabel("Environment").fill("staging");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("region", { name: "How pings are read" }).getByText("“ERROR”").waitFor();
    await page.getByText("the body of requests").waitFor();
    await page.getByTitle("Environment: staging").waitFor();
    await page.goto(at("/jobs"));
    const row = page.getByRole("row").filter({ hasText: "Nightly backup" });
    await row.getByText("staging", { exact: true }).waitFor();

    await ping(`${pingUrl}?metric=rows:12`, "an ERROR");
    await page.goto(at(`${jobPath}/runs/3`));
    await page.getByText("fail, rows 12").waitFor();
  });

  test("pings that found no job are told on the list, and one press on the project's page makes the job", async () => {
    await page.goto(at("/settings"));
    const key = await page.getByRole("group", { name: "Ping key", exact: true }).textContent();
    const address = at(`/ping/${key}/nightly-bakcup`);
    expect((await fetch(address)).status).toBe(404);
    await expect
      .poll(async () => {
        await page.goto(at("/jobs"));
        return page.getByText("Pings come that find no job").count();
      })
      .toBe(1);
    await page.getByRole("link", { name: "See them and make the jobs" }).click();
    await page.getByText("The key is right, but there is no job with this slug.").waitFor();
    expect(await auditPage(page)).toEqual([]);
    await page.getByRole("button", { name: "Make a job of nightly-bakcup" }).click();
    await page.getByText("Made the job nightly-bakcup").waitFor();
    await page.getByText("None. A ping with a key of this project").waitFor();
    await ping(address);
  });

  test("what a project keeps is changed on its page, and a wrong number is said beside its field", async () => {
    await page.goto(at("/settings"));
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
        const beyond = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
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

  test("no page complained", () => {
    const expected = /status of (401|404)/;
    expect(browser.complaints.filter((complaint) => !expected.test(complaint))).toEqual([]);
  });
});

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? "");
}

async function firstIncident(page: Page, address: string): Promise<string> {
  await page.goto(address);
  return (await page.locator("main a[href^='/incidents/']").first().getAttribute("href")) ?? "";
}
