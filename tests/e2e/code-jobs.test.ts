import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { auditPage, type Browser } from "../support/browser.ts";
import type { Program } from "../support/program.ts";
import { makeOwner, openScreens, OWNER } from "../support/screens.ts";

// From the DSN on the project's page to a job that changes with its code; each test goes on where the one before stopped.
describe("jobs of code, on the screens", () => {
  let program: Program;
  let browser: Browser;
  let page: Page;
  let address = "";
  let jobId = "";

  const checkIn = async (monitorConfig: object): Promise<void> => {
    const body = JSON.stringify({ monitor_config: monitorConfig });
    expect((await fetch(address, { method: "POST", body })).status).toBe(202);
  };

  openScreens({}, async (opened) => {
    ({ program, browser } = opened);
    const { id } = await makeOwner(program, "Shop");
    const job = ["--slug", "my-job", "--schedule", "0 5 * * *", "--grace", "10m"];
    ({ id: jobId } = await program.admin<{ id: string }>("create-job", "--project", id, ...job));
    await program.answers("/sign-in", 200);
    page = await browser.signIn(program.url, OWNER.email, OWNER.password);
  });

  test("the project's page has lines to copy for each kind of code, and that for curl works as it stands", async () => {
    await page.goto(`${program.url}/settings`);
    const dsn = (await page.getByRole("group", { name: "DSN" }).textContent()) ?? "";
    expect(dsn).toMatch(/^http:\/\/[0-9a-f]{32}@127\.0\.0\.1:\d+\/1$/);
    for (const name of ["Node", "Python", "Ruby", "Laravel", "sentry-cli"]) {
      await page.getByRole("tab", { name, exact: true }).click();
      expect(await page.getByRole("group", { name, exact: true }).textContent(), name).toContain(dsn);
    }
    expect(await auditPage(page)).toEqual([]);
    await page.getByRole("tab", { name: "curl", exact: true }).click();
    const line = (await page.getByRole("group", { name: "curl", exact: true }).textContent()) ?? "";
    address = /"(http[^"]+)"/.exec(line)?.[1] ?? "";
    expect((await fetch(address)).status).toBe(202);
  });

  test("a job that was made here shows what its code asks for otherwise, and takes it at a click", async () => {
    await checkIn({ schedule: { type: "crontab", value: "30 2 * * *" }, timezone: "Europe/Riga", max_runtime: 90 });
    await page.goto(`${program.url}/jobs/${jobId}`);
    const panel = page.getByRole("region", { name: "Its code asks for something else" });
    await panel.getByRole("row", { name: "Schedule 30 2 * * * (Europe/Riga) 0 5 * * * (UTC)" }).waitFor();
    await panel.getByRole("row", { name: "Longest run 1h30m no limit" }).waitFor();
    expect(await auditPage(page)).toEqual([]);
    await panel.getByRole("button", { name: "Take what the code says" }).click();
    await page.getByText("Taken. From now on the job changes with its code.").waitFor();
    await panel.waitFor({ state: "detached" });
    await page.getByText("At 02:30 every day (Europe/Riga)").first().waitFor();
    await page.getByText("its code", { exact: true }).waitFor();
  });

  test("from then on it changes with its code", async () => {
    await checkIn({ schedule: { type: "interval", value: "2", unit: "hour" } });
    await page.getByText("Every 2 hours").first().waitFor();
    expect(browser.complaints).toEqual([]);
  });
});
