import { describe, expect, test } from "vitest";
import { renderSms } from "../../../lib/delivery/markup/sms.ts";
import { twilioKind } from "../../../lib/delivery/kinds/twilio.ts";
import { useChannel } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const ACCOUNT = `AC${"0123456789abcdef".repeat(2)}`;
const TOKEN = "f".repeat(32);
const SETTINGS = { account: ACCOUNT, token: TOKEN, from: "+15550001111", to: "+4915112345678" };
const SERVICE = `MG${"0123456789abcdef".repeat(2)}`;
const OK = { status: 201, body: JSON.stringify({ sid: "SM1f0e8ae6ade43cb3c0ce4525424e404f", status: "queued" }) };

const trial = useChannel(twilioKind);

test("the exact request of a failure", async () => {
  const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply: OK });
  expect(attempt).toMatchObject({ accepted: true, status: 201, externalId: "SM1f0e8ae6ade43cb3c0ce4525424e404f" });
  const { method, path, headers, body } = trial.request();
  expect([method, path]).toEqual(["POST", `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`]);
  expect(headers.authorization).toBe(`Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}`);
  expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(Object.fromEntries(new URLSearchParams(body))).toMatchInlineSnapshot(`
    {
      "Body": "FAILED (exit 3) - db-backup @ db-03 https://belfry.example.org/incidents/i1",
      "From": "+15550001111",
      "To": "+4915112345678",
    }
  `);
});

test("a messaging service sends in place of a number", async () => {
  await trial.send({ settings: { ...SETTINGS, from: SERVICE }, message: recoveredMessage(), reply: OK });
  const form = Object.fromEntries(new URLSearchParams(trial.request().body));
  expect(form).toMatchObject({ MessagingServiceSid: SERVICE });
  expect(form).not.toHaveProperty("From");
});

test("recoveries and notices are one short text", () => {
  expect(renderSms(recoveredMessage())).toMatchInlineSnapshot(
    `"RECOVERED after 1 d 1 h - db-backup @ db-03 https://belfry.example.org/incidents/i1"`,
  );
  expect(renderSms(undeliveredNotice())).toMatchInlineSnapshot(
    `"NOT DELIVERED over Slack - ops https://belfry.example.org/incidents/i1"`,
  );
});

const withVerdict = (verdict: string, url: string | null = "https://belfry.example.org/incidents/i1") => ({
  ...failedMessage(),
  verdict,
  links: url === null ? [] : [{ label: "Incident", url }],
});

test("marks that would double the price are taken off; other scripts stay as they are", () => {
  expect(renderSms(withVerdict("✗ FAILED · dublēšana", null))).toBe("FAILED - dublesana");
  expect(renderSms(withVerdict("✗ FAILED · Größe", null))).toBe("FAILED - Größe");
  expect(renderSms(withVerdict("✗ FAILED · резерв", null))).toBe("FAILED - резерв");
});

test("a text is cut before its link is", () => {
  const url = `https://belfry.example.org/incidents/${"i".repeat(70)}`;
  const text = renderSms(withVerdict(`FAILED ${"[x]".repeat(40)}`, url));
  expect(text).toMatch(/^FAILED (?:\[x\])+.*\.\.\. https:\/\/belfry/);
  const extended = Array.from(text).filter((letter) => "[]".includes(letter)).length;
  expect(text.length + extended).toBeLessThanOrEqual(160);
  expect(renderSms(withVerdict("ж".repeat(200))).length).toBeLessThanOrEqual(134);
});

test("a link that leaves no room for the verdict is left out", () => {
  expect(renderSms(withVerdict("✗ FAILED · backup", `https://belfry.example.org/${"x".repeat(150)}`))).toBe(
    "FAILED - backup",
  );
});

test("also the worst of messages fits, on one line", () => {
  const text = renderSms(nastyMessage());
  expect(text.length).toBeLessThanOrEqual(160);
  expect(text).not.toMatch(/[\r\n]/);
});

const refusal = (status: number, code: number, message: string) => ({
  status,
  body: JSON.stringify({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }),
});

describe("refusals", () => {
  test.each([
    [
      "a person who answered STOP",
      refusal(400, 21610, "Attempt to send to unsubscribed recipient"),
      { permanent: true, answer: expect.stringContaining("texts START") },
    ],
    ["no phone number", refusal(400, 21211, "Invalid 'To' Phone Number"), { permanent: true, status: 400 }],
    ["a trial account", refusal(400, 21608, "The number is unverified"), { permanent: true }],
    ["a full queue", refusal(400, 21611, "Queue full"), { permanent: false }],
    [
      "a wrong token",
      refusal(401, 20003, "Authenticate"),
      { permanent: true, answer: expect.stringContaining("Check both") },
    ],
    ["403", refusal(403, 20005, "Account not active"), { permanent: true }],
    ["404", refusal(404, 20404, "Not found"), { permanent: true }],
    ["a limit", refusal(429, 20429, "Too Many Requests"), { permanent: false, status: 429 }],
    ["a fault", { status: 500 }, { permanent: false, status: 500 }],
  ])("%s", async (_name, reply, expected) => {
    const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply });
    expect(attempt).toMatchObject({ accepted: false, ...expected });
    expect(attempt.answer).not.toContain(TOKEN);
    expect(attempt.answer).not.toContain("[masked]");
  });
});

test("settings are shown without the token, and refused in one sentence", () => {
  expect(trial.check(SETTINGS).summary).toBe("+4915112345678, from +15550001111");
  expect(trial.check({ ...SETTINGS, from: SERVICE }).summary).toBe("+4915112345678, from service …cdef");
  expect(trial.check({ ...SETTINGS, from: "Belfry" }).summary).toBe("+4915112345678, from Belfry");
  expect(() => trial.check({ ...SETTINGS, account: "SK12" })).toThrow("Paste the account SID");
  expect(() => trial.check({ ...SETTINGS, token: "x" })).toThrow("Paste the auth token");
  expect(() => trial.check({ ...SETTINGS, from: "a name that is too long" })).toThrow("Write a number of yours");
  expect(() => trial.check({ ...SETTINGS, to: "0151 12345678" })).toThrow("Write one phone number");
});
