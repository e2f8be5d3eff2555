import { describe, expect, test } from "vitest";
import { renderSignal, signalKind } from "../../../lib/delivery/kinds/signal.ts";
import { useChannel } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const GROUP = "group.ckRzaEd4VmRzNnJaASAEsasa";
const OK = { status: 201, body: JSON.stringify({ timestamp: "1741046640123" }) };

const trial = useChannel(signalKind);
const settings = (changes = {}) => ({
  server: trial.url(),
  from: "+4915112345678",
  to: "+4915187654321\nu:ops.42",
  ...changes,
});

test("the exact request of a failure", async () => {
  const attempt = await trial.send({ settings: settings(), message: failedMessage(), reply: OK });
  expect(attempt).toMatchObject({ accepted: true, status: 201, externalId: "1741046640123" });
  const { method, path, body } = trial.request();
  expect([method, path]).toEqual(["POST", "/v2/send"]);
  expect(JSON.parse(body)).toMatchInlineSnapshot(`
    {
      "message": "✗ FAILED (exit 3) · db-backup @ db-03

    The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    Since: Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)

      | copying
      | ERROR: disk full

    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Last good run: Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    What to do: Read the output, repair the cause, then run the command by hand on db-03 as the same user.
    Project: Acme

    Run: https://belfry.example.org/jobs/j1/runs/42
    Job: https://belfry.example.org/jobs/j1
    Incident: https://belfry.example.org/incidents/i1",
      "number": "+4915112345678",
      "recipients": [
        "+4915187654321",
        "u:ops.42",
      ],
      "text_mode": "normal",
    }
  `);
});

test("recoveries and notices", () => {
  expect(renderSignal(recoveredMessage())).toMatchInlineSnapshot(`
    "✓ RECOVERED after 1 d 1 h · db-backup @ db-03

    Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.
    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    Project: Acme

    Run: https://belfry.example.org/jobs/j1/runs/42
    Job: https://belfry.example.org/jobs/j1
    Incident: https://belfry.example.org/incidents/i1"
  `);
  expect(renderSignal(undeliveredNotice())).toMatchInlineSnapshot(`
    "✗ NOT DELIVERED over Slack · ops

    This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    What to do: Repair the channel's address or make a new channel, then send a test.
    Project: Acme

    Incident: https://belfry.example.org/incidents/i1
    Channels: https://belfry.example.org/channels"
  `);
});

test("a long message is cut, and keeps its links", () => {
  const output = Array.from({ length: 20 }, (_, index) => `line ${index} ${"x".repeat(100)}`).join("\n");
  for (const message of [failedMessage({ output }), nastyMessage()]) {
    const text = renderSignal(message);
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(text).toContain("Incident: https://belfry.example.org/incidents/i1");
    expect(text).not.toMatch(/^Bcc:/m);
  }
  expect(renderSignal(failedMessage({ output }))).toMatch(/lines? before/);
});

const refusal = (status: number, error: string) => ({ status, body: JSON.stringify({ error }) });

describe("refusals", () => {
  test.each([
    [
      "a limit that comes as 400",
      refusal(400, "Failed to send message: [429] Rate limit exceeded: 429 (RateLimitException)"),
      { permanent: false, status: 400 },
    ],
    ["a network that is away", refusal(400, 'Network failure for "+4915187654321"'), { permanent: false }],
    [
      "a challenge",
      refusal(429, "Rate limit. Use the attached challenge tokens to lift the rate limit restrictions"),
      { permanent: false, answer: expect.stringContaining("solve the challenge") },
    ],
    [
      "a number that was signed out",
      refusal(400, "User +4915112345678 is not registered.\n"),
      { permanent: true, answer: expect.stringContaining("link it again") },
    ],
    [
      "a recipient without Signal",
      refusal(400, 'Failed to send (some) messages: Unregistered user "+4915187654321"'),
      { permanent: true, answer: expect.stringContaining("take it out") },
    ],
    ["403", { status: 403 }, { permanent: true }],
    ["another server", { status: 404 }, { permanent: true, answer: expect.stringContaining("check the server") }],
    ["a fault", { status: 500 }, { permanent: false, status: 500 }],
  ])("%s", async (_name, reply, expected) => {
    const attempt = await trial.send({ settings: settings(), message: failedMessage(), reply });
    expect(attempt).toMatchObject({ accepted: false, ...expected });
    expect(attempt.answer).not.toContain("[masked]");
  });
});

test("settings are shown as whom they reach, and refused in one sentence", () => {
  expect(trial.check(settings()).summary).toBe("+4915187654321 and 1 more");
  expect(trial.check(settings({ to: GROUP })).summary).toBe("a group");
  expect(() => trial.check(settings({ from: "me" }))).toThrow("Write the number that the server sends with");
  expect(() => trial.check(settings({ to: " " }))).toThrow("Write whom to tell");
  expect(() => trial.check(settings({ to: "0151 123" }))).toThrow("“0151” is neither a number");
  expect(() => trial.check(settings({ to: `${GROUP}, +4915187654321` }))).toThrow("one group or to people");
  expect(() => trial.check(settings({ to: Array.from({ length: 21 }, () => "+4915187654321").join(",") }))).toThrow(
    "at most 20",
  );
});
