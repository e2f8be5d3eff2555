import { describe, expect, test } from "vitest";
import { pushbulletKind, renderPushbullet } from "../../../lib/delivery/kinds/pushbullet.ts";
import { useChannel } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const SETTINGS = { token: "o.AbCdEfGhIjKlMnOpQrStUvWxYz012345", channel: "ops-alerts", device: "" };
const OK = { status: 200, body: JSON.stringify({ iden: "ujpah72o0sjAoRtnM0jc", type: "link" }) };

const trial = useChannel(pushbulletKind);

test("the exact request of a failure, with the delivery's id against second copies", async () => {
  const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply: OK });
  expect(attempt).toMatchObject({ accepted: true, externalId: "ujpah72o0sjAoRtnM0jc" });
  const { method, path, headers, body } = trial.request();
  expect([method, path, headers["access-token"]]).toEqual(["POST", "/v2/pushes", SETTINGS.token]);
  expect(JSON.parse(body)).toMatchInlineSnapshot(`
    {
      "body": "The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    Since: Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)

      | copying
      | ERROR: disk full

    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Last good run: Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    What to do: Read the output, repair the cause, then run the command by hand on db-03 as the same user.
    Project: Acme",
      "channel_tag": "ops-alerts",
      "guid": "0198c0de-0000-4000-8000-000000000002",
      "title": "✗ FAILED (exit 3) · db-backup @ db-03",
      "type": "link",
      "url": "https://belfry.example.org/jobs/j1/runs/42",
    }
  `);
});

test("recoveries and notices", () => {
  expect(renderPushbullet(recoveredMessage())).toMatchInlineSnapshot(`
    {
      "body": "Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.
    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    Project: Acme",
      "title": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
      "type": "link",
      "url": "https://belfry.example.org/jobs/j1/runs/42",
    }
  `);
  expect(renderPushbullet(undeliveredNotice())).toMatchInlineSnapshot(`
    {
      "body": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    What to do: Repair the channel's address or make a new channel, then send a test.
    Project: Acme",
      "title": "✗ NOT DELIVERED over Slack · ops",
      "type": "link",
      "url": "https://belfry.example.org/incidents/i1",
    }
  `);
});

test("a message without links is a note, to one device if that is set", async () => {
  const settings = { ...SETTINGS, channel: "", device: "ujpah72o0sjAoRtnM0jc" };
  await trial.send({ settings, message: { ...failedMessage(), links: [] }, reply: OK });
  const push: unknown = JSON.parse(trial.request().body);
  expect(push).toMatchObject({ type: "note", device_iden: "ujpah72o0sjAoRtnM0jc" });
  expect(push).not.toHaveProperty("channel_tag");
});

test("also the worst of messages fits", () => {
  const { title, body } = renderPushbullet(nastyMessage());
  expect(body.length).toBeLessThanOrEqual(4_000);
  expect(`${title}\n${body}`).not.toMatch(/^Bcc:/m);
});

test("what does not fit loses its oldest lines", () => {
  const why = [`A sentence${" and on".repeat(300)}.`];
  const output = Array.from({ length: 20 }, (_, index) => `line ${index} ${"x".repeat(110)}`).join("\n");
  const { body } = renderPushbullet({ ...failedMessage({ output }), why });
  expect(body.length).toBeLessThanOrEqual(4_000);
  expect(body).toMatch(/lines? before/);
  expect(body).toContain("line 19");
});

describe("refusals", () => {
  test.each([
    [
      "an unknown token",
      {
        status: 401,
        body: '{"error":{"code":"invalid_access_token","message":"Access token is missing or invalid."}}',
      },
      { permanent: true, answer: expect.stringContaining("Settings → Account") },
    ],
    ["403", { status: 403 }, { permanent: true, status: 403 }],
    ["an unknown device", { status: 404 }, { permanent: true, answer: expect.stringContaining("no such device") }],
    ["a limit", { status: 429 }, { permanent: false, retryAfterMs: null }],
    ["a fault", { status: 500 }, { permanent: false, status: 500 }],
  ])("%s", async (_name, reply, expected) => {
    const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply });
    expect(attempt).toMatchObject({ accepted: false, ...expected });
    expect(attempt.answer).not.toContain("[masked]");
  });

  test("a limit ends when its header says, by the receiver's own clock", async () => {
    const headers = { "x-ratelimit-reset": "1432447070", date: new Date(1_432_447_010_000).toUTCString() };
    const reply = { status: 429, headers };
    const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply });
    expect(attempt).toMatchObject({ accepted: false, permanent: false, retryAfterMs: 60_000 });
  });
});

test("settings are shown without the token, and refused in one sentence", () => {
  expect(trial.check(SETTINGS).summary).toBe("channel ops-alerts");
  expect(trial.check({ ...SETTINGS, channel: "" }).summary).toBe("all devices, token …2345");
  expect(() => trial.check({ ...SETTINGS, token: "" })).toThrow("Paste the whole access token");
  expect(() => trial.check({ ...SETTINGS, device: "ujpah72o0sjAoRtnM0jc" })).toThrow("not both");
  expect(() => trial.check({ ...SETTINGS, channel: "ops alerts" })).toThrow("Write the tag of a channel");
});
