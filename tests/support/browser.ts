import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import type axeCore from "axe-core";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Chromium without a window. */
export type Browser = {
  /** A page of a person of its own; what it complains of is collected in `complaints`. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** The same, signed in through the form. */
  signIn(url: string, email: string, password: string, options?: BrowserContextOptions): Promise<Page>;
  /** Errors in any page's scripts and console, refusals of the content security policy among them. */
  complaints: readonly string[];
  /** What each open page shows at this moment, for the report of a test that failed. */
  shown(): Promise<string[]>;
  close(): Promise<void>;
};

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Null where there is a browser, else what to do. */
export function browserMissing(): string | null {
  return findBrowser() === null ? "Chromium is not installed: apt-get install chromium" : null;
}

function findBrowser(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter).concat("/usr/bin");
  const files = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return files.find((file) => existsSync(file)) ?? null;
}

/** @throws where there is no browser: ask `browserMissing` first. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error(browserMissing() ?? "");
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const complaints: string[] = [];

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      complaints.push(`${page.url()}: ${message.text()} (${message.location().url})`);
    });
    const goto = page.goto.bind(page);
    page.goto = async (...given) => {
      const response = await goto(...given);
      if (options.javaScriptEnabled !== false) await untilAwake(page);
      return response;
    };
    return page;
  }

  return {
    open,
    complaints,
    shown: () =>
      Promise.all(
        browser
          .contexts()
          .flatMap((context) => context.pages())
          .map(describePage),
      ),
    async signIn(url, email, password, options) {
      const page = await open(options);
      await page.goto(`${url}/sign-in`);
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL(/\/jobs/);
      return page;
    },
    close: () => browser.close(),
  };
}

/**
 * A page is there as text before it listens to keys and clicks; a person comes later, a test would not. Resolves once
 * React has begun to take over what can be used, and has nothing left to do.
 */
async function untilAwake(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    if (document.querySelector('script[src*="/_next/"]') === null) return true;
    const usable = [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, a[href]")];
    // Nothing is given a name here: the benchmarks' loader would mark it with a helper that the page does not have.
    return (
      usable.length === 0 ||
      usable.some((element) => Object.keys(element).some((key) => key.startsWith("__reactFiber$")))
    );
  });
  await page.evaluate(() => new Promise<void>((resolve) => requestIdleCallback(() => resolve(), { timeout: 1_000 })));
}

async function describePage(page: Page): Promise<string> {
  const text = await page.locator("body").innerText({ timeout: 5_000 }).catch(String);
  return `${page.url()} shows:\n${text.replaceAll(/\n\s*\n/g, "\n")}`;
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Offences against WCAG 2.2 A and AA on the page as it is now, one line each. */
export async function auditPage(page: Page): Promise<string[]> {
  // While Next renders a page anew after an action, its title is away for a moment.
  await page.waitForFunction(() => document.title !== "");
  // By the debugger, not as a script element: the page's policy would rightly refuse that.
  await page.evaluate(readFileSync(AXE, "utf8"));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof axeCore };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`.slice(0, 400)),
    );
  });
}
