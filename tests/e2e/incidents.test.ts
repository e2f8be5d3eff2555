import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { auditPage, type Browser } from "../support/browser.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import type { Program } from "../support/program.ts";
import { makeOwner, openScreens, OWNER } from "../support/screens.ts";

type Incident = { id: string; acknowledgedBy: string | null; snoozedUntil: string | null; mutedAt: string | null };

// What people do about incidents; each test goes on where the one before stopped.
describe("incidents", () => {
  let program: Program;
  let browser: Browser;
  let sink: HttpSink;
  let page: Page;
  let project: { id: string; pingKey: string };
  const links = new Map<string, string>();

  const fail = async (slug: string): Promise<void> => {
    const response = await fetch(`${program.url}/ping/${project.pingKey}/${slug}/fail?create=1`);
    expect(response.ok, await response.text()).toBe(true);
  };
  const incidents = async (): Promise<Incident[]> =>
    (await program.admin<{ incidents: Incident[] }>("incidents", "--project", project.id)).incidents;

  openScreens({ ALLOW_PRIVATE_TARGETS: "127.0.0.0/8" }, async (opened) => {
    ({ program, browser } = opened);
    sink = await startHttpSink();
    project = await makeOwner(program, "Night shift");
    const url = `${sink.url}/hook`;
    await program.admin("create-channel", "--project", project.id, "--kind", "webhook", "--url", url);
    await fail("backup");
    await sink.received(1);
    const message = JSON.parse(sink.requests[0]?.body ?? "{}") as { actions?: { label: string; url: string }[] };
    for (const { label, url: address } of message.actions ?? []) links.set(label, address);
    await program.answers("/sign-in", 200);
  });

  afterAll(() => sink?.close());

  test("a link in a message changes nothing when a scanner opens it, and is kept by nobody", async () => {
    expect([...links.keys()]).toEqual(["Acknowledge", "Snooze 1 h", "Mute"]);
    for (const url of links.values()) {
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("backup");
      expect(answer.headers.get("x-robots-tag")).toBe("noindex, nofollow");
      expect(answer.headers.get("referrer-policy")).toBe("same-origin");
      expect(answer.headers.get("cache-control")).toContain("no-store");
      expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
    }
    expect(await incidents()).toMatchObject([{ acknowledgedBy: null, snoozedUntil: null, mutedAt: null }]);
  });

  test("its button works without an account and without scripts", async () => {
    const phone = await browser.open({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
    await phone.goto(links.get("Acknowledge") ?? "");
    await phone.getByRole("heading", { name: "Acknowledge backup?" }).waitFor();
    await phone.getByRole("button", { name: "Acknowledge" }).click();
    await phone.getByText("Acknowledged. The next reminder comes in a day.").waitFor();
    await phone.getByRole("heading", { name: "backup is acknowledged", exact: true }).waitFor();
    expect((await incidents())[0]?.acknowledgedBy).toMatch(/^somebody over the channel /);
    await phone.goto(links.get("Acknowledge") ?? "");
    await phone.getByText("Somebody looks after it already.").waitFor();
    expect(await phone.getByRole("button").count()).toBe(0);
    await phone.goto(`${links.get("Mute") ?? ""}x`);
    await phone.getByText("This link is no good any more").first().waitFor();
    await phone.context().close();
  });

  test("several are chosen and acknowledged by key", async () => {
    for (const slug of ["copy", "mail"]) await fail(slug);
    page = await browser.signIn(program.url, OWNER.email, OWNER.password);
    await page.goto(`${program.url}/incidents?state=waiting`);
    await page.getByRole("link", { name: "mail", exact: true }).waitFor();
    expect(await page.getByRole("link", { name: "backup", exact: true }).count()).toBe(0);
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByText("1 incident chosen").waitFor();
    await page.getByRole("checkbox", { name: "Choose copy" }).check();
    expect(await auditPage(page)).toEqual([]);
    await page.keyboard.press("a");
    await page.getByText("Acknowledged: 2 incidents.").waitFor();
    await page.getByText("Nothing waits for anybody").waitFor();
  });

  test("one is snoozed, muted and noted on its page", async () => {
    await page.goto(`${program.url}/incidents?state=open`);
    await page.getByRole("link", { name: "copy", exact: true }).click();
    await page.getByRole("button", { name: "Take back" }).waitFor();
    await page.keyboard.press("s");
    await page.getByRole("menuitem", { name: "For 1 hour" }).click();
    await page.getByRole("button", { name: "End the snooze" }).waitFor();
    await page.getByText(/Snoozed until .* by owner/).waitFor();
    await page.keyboard.press("m");
    await page.getByRole("button", { name: "Unmute" }).waitFor();
    await page.getByRole("button", { name: "Add the note" }).click();
    await page.getByText("Write something first.").waitFor();
    await page.getByLabel("Note", { exact: true }).fill("The disk was full.\nKim has ordered another.");
    await page.getByRole("button", { name: "Add the note" }).click();
    await page.getByText("Kim has ordered another.").waitFor();
    await expect.poll(() => page.getByLabel("Note", { exact: true }).inputValue()).toBe("");
    expect(await auditPage(page)).toEqual([]);
  });

  test("nothing is wider than a phone", async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const address of [page.url(), `${program.url}/incidents`, links.get("Mute") ?? ""]) {
      await page.goto(address);
      await page.locator("h1").first().waitFor();
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(beyond, address).toBe(0);
    }
  });

  test("the buttons of an incident share a row on a phone", async () => {
    await fail("tape");
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${program.url}/incidents?state=waiting`);
    await page.getByRole("link", { name: "tape", exact: true }).click();
    const buttons = ["Acknowledge", "Snooze", "Mute"].map((name) => page.getByRole("button", { name, exact: true }));
    const boxes = await Promise.all(buttons.map((button) => button.boundingBox()));
    expect(boxes[0]?.y).toBeGreaterThan(0);
    expect(new Set(boxes.map((box) => box?.y)).size).toBe(1);
  });

  test("no page complained", () => {
    expect(browser.complaints).toEqual([]);
  });
});
