import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { type Browser, browserMissing, openBrowser } from "./browser.ts";
import { Program } from "./program.ts";

export const OWNER = { email: "owner@example.org", password: "correct horse battery" };

/** Characters of the program's log that the report of a failed test ends with. */
const LOG_TAIL = 3_000;

/** The built program and a browser before it. */
export type Screens = { program: Program; browser: Browser };

/**
 * Gives a suite a program and a browser of its own, and what `prepare` makes of them. Its tests are skipped where there is no
 * browser, and `prepare` is not called. Where one fails, what its pages show and what the program logged last is printed.
 */
export function openScreens(env: Record<string, string>, prepare: (opened: Screens) => Promise<void>): void {
  const missing = browserMissing();
  let browser: Browser | undefined;
  let program: Program | undefined;
  beforeAll(async () => {
    if (missing !== null) return;
    // Each is kept at once, so that it is closed where the other does not start.
    const opened = await Promise.all([
      openBrowser().then((started) => (browser = started)),
      Program.start({ env }).then((started) => (program = started)),
    ]);
    await prepare({ browser: opened[0], program: opened[1] });
  });
  beforeEach(({ skip, onTestFailed }) => {
    skip(missing !== null, missing ?? "");
    onTestFailed(async () => {
      if (browser === undefined) return;
      console.log([...(await browser.shown()), ...browser.complaints, program?.log.slice(-LOG_TAIL)].join("\n\n"));
    });
  });
  afterAll(() => Promise.all([browser?.close(), program?.stop()]));
}

/** Makes the owner's account and a project of it. */
export async function makeOwner(program: Program, name: string): Promise<{ id: string; pingKey: string }> {
  await program.admin("create-user", "--email", OWNER.email, "--password", OWNER.password);
  return program.admin("create-project", "--name", name, "--owner", OWNER.email);
}

export async function ping(address: string, body?: string): Promise<void> {
  const response = await fetch(address, body === undefined ? {} : { method: "POST", body });
  expect(response.ok, await response.text()).toBe(true);
}

/** Opens a page and waits until it is there once: what comes in later is in the document twice for a moment, hidden and shown. */
export async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.waitForFunction(() => document.querySelector("body > [hidden][id^='S:']") === null);
}

/** By how many pixels a page is wider than its screen. */
export function widthBeyond(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What pages asked for in vain is no complaint: tests do so. */
export function expectNoComplaints(browser: Browser): void {
  const expected = /status of (401|404)/;
  expect(browser.complaints.filter((complaint) => !expected.test(complaint))).toEqual([]);
}
