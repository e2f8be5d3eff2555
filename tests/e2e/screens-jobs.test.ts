import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { auditPage, type Browser } from "../support/browser.ts";
import type { Program } from "../support/program.ts";
import { expectNoComplaints, openScreens, OWNER, ping, visit } from "../support/screens.ts";

const HOSTILE = '<script>window.owned=1</script><img src=x onerror="window.owned=1">\u202egnp.exe\u0007';

// The first person's way through the program and its jobs; each test goes on where the one before stopped.
describe("the screens", () => {
  let program: Program;
  let browser: Browser | undefined;
  let page: Page;
  let jobPath = "";
  let pingUrl = "";

  const at = (path: string): string => program.url + path;

  openScreens({}, async (opened) => {
    ({ program, browser } = opened);
    await program.answers("/sign-up", 200);
    page = await opened.browser.open({ timezoneId: "Europe/Riga", viewport: { width: 1440, height: 900 } });
  });
  afterAll(() => {
    if (browser !== undefined) expectNoComplaints(browser);
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
    await visit(page, at("/jobs/new"));
    await page.getByLabel("Name", { exact: true }).fill(HOSTILE.replace("\u0007", ""));
    await page.getByLabel("Slug").fill("hostile");
    await page.getByRole("button", { name: "Make the job" }).click();
    await page.getByRole("heading", { name: /<script>window.owned=1<\/script>/ }).waitFor();
    await page.goto(at("/jobs"));
    await page.getByText("⟨U+202E⟩gnp.exe").first().waitFor();
    expect(await page.evaluate(() => "owned" in window)).toBe(false);
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
    await visit(page, at(`${jobPath}/edit`));
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
});

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? "");
}
