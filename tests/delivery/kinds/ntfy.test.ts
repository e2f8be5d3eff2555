import { describe, expect, test } from "vitest";
import { ntfyKind, renderNtfy } from "../../../lib/delivery/kinds/ntfy.ts";
import { useChannel } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const OK = { status: 200, body: JSON.stringify({ id: "hwQ2YpKdmg", time: 1741046640, event: "message" }) };

const trial = useChannel(ntfyKind);
const settings = (changes = {}) => ({
  server: trial.url(),
  topic: "belfry-4f9c1b-ops",
  token: "tk_abcdefgh12345678",
  ...changes,
});

test("the exact request of a failure", async () => {
  const attempt = await trial.send({ settings: settings(), message: failedMessage(), reply: OK });
  expect(attempt).toMatchObject({ accepted: true, externalId: "hwQ2YpKdmg" });
  const { method, path, headers, body } = trial.request();
  expect([method, path, headers.authorization]).toEqual(["POST", "/", "Bearer tk_abcdefgh12345678"]);
  expect(JSON.parse(body)).toMatchInlineSnapshot(`
    {
      "actions": [
        {
          "action": "view",
          "label": "Run",
          "url": "https://belfry.example.org/jobs/j1/runs/42",
        },
        {
          "action": "view",
          "label": "Job",
          "url": "https://belfry.example.org/jobs/j1",
        },
        {
          "action": "view",
          "label": "Incident",
          "url": "https://belfry.example.org/incidents/i1",
        },
      ],
      "click": "https://belfry.example.org/jobs/j1/runs/42",
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
      "priority": 4,
      "sequence_id": "0198c0de-0000-4000-8000-000000000002",
      "tags": [
        "rotating_light",
      ],
      "title": "✗ FAILED (exit 3) · db-backup @ db-03",
      "topic": "belfry-4f9c1b-ops",
    }
  `);
});

test("recoveries and notices", async () => {
  await trial.send({ settings: settings({ token: "" }), message: recoveredMessage(), reply: OK });
  expect(trial.request().headers.authorization).toBeUndefined();
  expect(renderNtfy(recoveredMessage())).toMatchInlineSnapshot(`
    {
      "actions": [
        {
          "action": "view",
          "label": "Run",
          "url": "https://belfry.example.org/jobs/j1/runs/42",
        },
        {
          "action": "view",
          "label": "Job",
          "url": "https://belfry.example.org/jobs/j1",
        },
        {
          "action": "view",
          "label": "Incident",
          "url": "https://belfry.example.org/incidents/i1",
        },
      ],
      "click": "https://belfry.example.org/jobs/j1/runs/42",
      "message": "Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.
    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    Project: Acme",
      "priority": 2,
      "tags": [
        "white_check_mark",
      ],
      "title": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
    }
  `);
  expect(renderNtfy(undeliveredNotice())).toMatchInlineSnapshot(`
    {
      "actions": [
        {
          "action": "view",
          "label": "Incident",
          "url": "https://belfry.example.org/incidents/i1",
        },
        {
          "action": "view",
          "label": "Channels",
          "url": "https://belfry.example.org/channels",
        },
      ],
      "click": "https://belfry.example.org/incidents/i1",
      "message": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    What to do: Repair the channel's address or make a new channel, then send a test.
    Project: Acme",
      "priority": 4,
      "tags": [
        "rotating_light",
      ],
      "title": "✗ NOT DELIVERED over Slack · ops",
    }
  `);
});

test("a long message is cut by its bytes: a longer one would arrive as a file", () => {
  const output = Array.from({ length: 20 }, (_, index) => `${index} ${"ж".repeat(110)}`).join("\n");
  const { message } = renderNtfy(failedMessage({ output }));
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4_096);
  expect(message).toMatch(/lines? before/);
  expect(message).toContain(`19 ${"ж".repeat(110)}`);
});

test("texts of clients stay single lines of plain text", () => {
  const { title, message } = renderNtfy(nastyMessage());
  expect(title).not.toMatch(/[\r\n]/);
  expect(message).not.toMatch(/^Bcc:/m);
});

describe("refusals", () => {
  test.each([
    [
      "a used-up quota",
      { status: 429, body: '{"code":42908,"http":429,"error":"limit reached: daily message quota reached"}' },
      { permanent: false, status: 429, answer: expect.stringContaining("daily message quota") },
    ],
    ["an unknown token", { status: 401 }, { permanent: true, answer: expect.stringContaining("access token") }],
    ["a protected topic", { status: 403 }, { permanent: true, answer: expect.stringContaining("may not write") }],
    ["no ntfy there", { status: 404 }, { permanent: true, answer: expect.stringContaining("check the server") }],
    ["a fault", { status: 500 }, { permanent: false, status: 500 }],
    ["some web page", { status: 200, body: "<!doctype html>" }, { permanent: false }],
  ])("%s", async (_name, reply, expected) => {
    const attempt = await trial.send({ settings: settings(), message: failedMessage(), reply });
    expect(attempt).toMatchObject({ accepted: false, ...expected });
    expect(attempt.answer).not.toContain("[masked]");
  });
});

test("settings are shown without token and topic, and refused in one sentence", () => {
  const host = new URL(trial.url()).host;
  expect(trial.check(settings()).summary).toBe(`${host}/…-ops`);
  expect(trial.check(settings({ topic: "ops" })).summary).toBe(`${host}/…`);
  expect(() => trial.check(settings({ topic: "my topic" }))).toThrow("Write the topic");
  expect(() => trial.check(settings({ server: "https://ntfy.sh/?x=1" }))).toThrow("Write only the server's address");
  expect(() => trial.check(settings({ server: "http://10.0.0.1" }))).toThrow("ALLOW_PRIVATE_TARGETS");
});

test("an answer that repeats topic and token shows neither", async () => {
  const body = JSON.stringify({ id: "a\u0000b", topic: "belfry-4f9c1b-ops", auth: "tk_abcdefgh12345678" });
  const taken = await trial.send({ settings: settings(), message: failedMessage(), reply: { status: 200, body } });
  expect(taken).toMatchObject({ accepted: true, externalId: "ab" });
  expect(taken.answer).not.toMatch(/4f9c1b|tk_abc/);
  const refused = await trial.send({ settings: settings(), message: failedMessage(), reply: { status: 400, body } });
  expect(refused).toMatchObject({ accepted: false, permanent: true, status: 400 });
  expect(refused.answer).not.toMatch(/4f9c1b|tk_abc/);
});
