import { describe, expect, test } from "vitest";
import { pushoverKind } from "../../../lib/delivery/kinds/pushover.ts";
import type { AlertMessage } from "../../../lib/domain/message.ts";
import { useChannel } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const USER = "uQiRzpo4DXghDmr9QzzfQu27cmVRsG";
const TOKEN = "azGDORePK8gMaC0QOYAMyEEuzJnyUi";
const SETTINGS = { user: USER, token: TOKEN, device: "", sound: "", urgency: "" };
const OK = { status: 200, body: JSON.stringify({ status: 1, request: "647d2300-702c-4b38-8b2f-d56326ae460b" }) };

const trial = useChannel(pushoverKind);

async function formOf(message: AlertMessage, changes = {}): Promise<Record<string, string>> {
  await trial.send({ settings: { ...SETTINGS, ...changes }, message, reply: OK });
  return Object.fromEntries(new URLSearchParams(trial.request().body));
}

test("the exact request of a failure", async () => {
  const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply: OK });
  expect(attempt).toMatchObject({ accepted: true, externalId: "647d2300-702c-4b38-8b2f-d56326ae460b" });
  const { method, path, headers, body } = trial.request();
  expect([method, path]).toEqual(["POST", "/1/messages.json"]);
  expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(Object.fromEntries(new URLSearchParams(body))).toMatchInlineSnapshot(`
    {
      "message": "The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    Since: Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)

      | copying
      | ERROR: disk full

    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Last good run: Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    What to do: Read the output, repair the cause, then run the command by hand on db-03 as the same user.
    Project: Acme",
      "priority": "1",
      "timestamp": "1741046640",
      "title": "✗ FAILED (exit 3) · db-backup @ db-03",
      "token": "azGDORePK8gMaC0QOYAMyEEuzJnyUi",
      "url": "https://belfry.example.org/jobs/j1/runs/42",
      "url_title": "Run",
      "user": "uQiRzpo4DXghDmr9QzzfQu27cmVRsG",
    }
  `);
});

test("the form of a recovery", async () => {
  expect(await formOf(recoveredMessage())).toMatchInlineSnapshot(`
    {
      "message": "Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.
    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    Project: Acme",
      "priority": "-1",
      "timestamp": "1741136400",
      "title": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
      "token": "azGDORePK8gMaC0QOYAMyEEuzJnyUi",
      "url": "https://belfry.example.org/jobs/j1/runs/42",
      "url_title": "Run",
      "user": "uQiRzpo4DXghDmr9QzzfQu27cmVRsG",
    }
  `);
});

test("the form of a notice", async () => {
  expect(await formOf(undeliveredNotice())).toMatchInlineSnapshot(`
    {
      "message": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    What to do: Repair the channel's address or make a new channel, then send a test.
    Project: Acme",
      "priority": "1",
      "timestamp": "1741046700",
      "title": "✗ NOT DELIVERED over Slack · ops",
      "token": "azGDORePK8gMaC0QOYAMyEEuzJnyUi",
      "url": "https://belfry.example.org/incidents/i1",
      "url_title": "Incident",
      "user": "uQiRzpo4DXghDmr9QzzfQu27cmVRsG",
    }
  `);
});

test("a failure only rings until it is acknowledged where that is wanted", async () => {
  const changes = { urgency: "emergency", device: "phone,tablet", sound: "siren" };
  expect(await formOf(failedMessage(), changes)).toMatchObject({
    ...{ priority: "2", retry: "60", expire: "3600", device: "phone,tablet", sound: "siren" },
  });
});

test("an emergency is over when the job recovers", async () => {
  const form = await formOf(recoveredMessage(), { urgency: "emergency" });
  expect(form).toMatchObject({ priority: "-1" });
  expect(form).not.toHaveProperty("retry");
});

test("a message is cut to 1024 characters, its newest lines stay", async () => {
  const output = Array.from({ length: 30 }, (_, index) => `line ${index} ${"x".repeat(60)}`).join("\n");
  const { message = "" } = await formOf(failedMessage({ output }));
  expect(message.length).toBeLessThanOrEqual(1_024);
  expect(message).toMatch(/… \d+ lines before/);
  expect(message).toContain("line 29");
});

test("also the worst of messages fits", async () => {
  const { title = "", message = "" } = await formOf(nastyMessage());
  expect(title.length).toBeLessThanOrEqual(250);
  expect(message.length).toBeLessThanOrEqual(1_024);
  expect(message).not.toMatch(/^Bcc:/m);
});

const later = (ms: number) => String(Math.floor((Date.now() + ms) / 1_000));

describe("refusals", () => {
  test.each([
    [
      "a wrong key",
      { status: 400, body: '{"user":"invalid","errors":["user identifier is invalid"],"status":0}' },
      { permanent: true, status: 400, answer: expect.stringContaining("user identifier is invalid") },
    ],
    ["403", { status: 403 }, { permanent: true }],
    ["404", { status: 404 }, { permanent: true }],
    ["a limit that does not say until when", { status: 429 }, { permanent: false, retryAfterMs: null }],
    [
      "a quota that lasts for weeks",
      { status: 429, headers: { "x-limit-app-reset": later(20 * 86_400_000) } },
      { permanent: true, answer: expect.stringContaining("used up its messages of this month") },
    ],
    [
      "a quota that ends today",
      { status: 429, headers: { "x-limit-app-reset": later(3_600_000) } },
      { permanent: false },
    ],
    ["a fault", { status: 500 }, { permanent: false, status: 500 }],
  ])("%s", async (_name, reply, expected) => {
    const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply });
    expect(attempt).toMatchObject({ accepted: false, ...expected });
    expect(attempt.answer).not.toContain(TOKEN);
    expect(attempt.answer).not.toContain("[masked]");
  });
});

test("settings are shown without the keys, and refused in one sentence", () => {
  expect(trial.check({ ...SETTINGS, device: "phone" }).summary).toBe("key …VRsG, phone");
  expect(() => trial.check({ ...SETTINGS, user: "me@example.org" })).toThrow("Paste the user or group key");
  expect(() => trial.check({ ...SETTINGS, token: "" })).toThrow("Paste the application's API token");
  expect(() => trial.check({ ...SETTINGS, device: "my phone" })).toThrow("Write a device's name");
  expect(() => trial.check({ ...SETTINGS, sound: "a b" })).toThrow("Write the name of a sound");
  expect(() => trial.check({ ...SETTINGS, urgency: "loud" })).toThrow(/high/);
});
