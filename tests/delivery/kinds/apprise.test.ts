import { expect, test } from "vitest";
import { appriseKind } from "../../../lib/delivery/kinds/apprise.ts";
import { channelOf } from "../../../lib/delivery/channel.ts";
import type { HttpReply } from "../../support/http-sink.ts";
import { useReceiver } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const receiver = useReceiver();

function send(message = failedMessage(), reply: HttpReply = { status: 200, body: "{}" }) {
  return receiver.send(appriseKind(receiver.http()), { server: receiver.sink().url, key: "belfry" }, message, reply);
}

test("an incident that opens is a failure to those under the key", async () => {
  expect(await send()).toMatchObject({ accepted: true, status: 200 });
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "body": "The run failed at 02:04 (Europe/Riga) with exit code 3.
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
    Incident: https://belfry.example.org/incidents/i1
    ",
          "format": "text",
          "title": "✗ FAILED (exit 3) · db-backup @ db-03",
          "type": "failure",
        },
        "method": "POST",
        "path": "/notify/belfry",
      },
    ]
  `);
});

test("its recovery is a success", async () => {
  await send(recoveredMessage());
  expect(receiver.told()).toMatchObject([{ path: "/notify/belfry", body: { type: "success" } }]);
});

test("a notice has the type of its tone", async () => {
  await send(undeliveredNotice());
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "body": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    What to do: Repair the channel's address or make a new channel, then send a test.
    Project: Acme

    Incident: https://belfry.example.org/incidents/i1
    Channels: https://belfry.example.org/channels
    ",
          "format": "text",
          "title": "✗ NOT DELIVERED over Slack · ops",
          "type": "failure",
        },
        "method": "POST",
        "path": "/notify/belfry",
      },
    ]
  `);
});

test("without a key the services themselves are named, and a path of the server is kept", async () => {
  const settings = {
    server: `${receiver.sink().url}/apprise/`,
    urls: "ntfys://topic\r\nmailto://u:p@example.org",
    tag: "ops",
  };
  await receiver.send(appriseKind(receiver.http()), settings, failedMessage());
  expect(receiver.told()).toMatchObject([
    { path: "/apprise/notify/", body: { urls: "ntfys://topic, mailto://u:p@example.org", tag: "ops" } },
  ]);
});

test("nothing that a client wrote leaves its place", async () => {
  await send(nastyMessage());
  const [{ body } = { body: null }] = receiver.told();
  expect(Object.keys(Object(body)).toSorted()).toEqual(["body", "format", "title", "type"]);
});

test.each<[HttpReply, object]>([
  [{ status: 204 }, { permanent: true, status: 204, answer: "Apprise knows no service under this key." }],
  [
    { status: 424, body: "one failed" },
    { permanent: false, status: 424, answer: "one failed" },
  ],
  [{ status: 404 }, { permanent: true, status: 404 }],
  [
    { status: 429, headers: { "retry-after": "20" } },
    { permanent: false, retryAfterMs: 20_000 },
  ],
  [{ status: 500 }, { permanent: false, status: 500 }],
])("%j is told apart", async (reply, expected) => {
  expect(await send(failedMessage(), reply)).toMatchObject({ accepted: false, ...expected });
});

test("settings are checked, and shown without the key", () => {
  const channel = channelOf(appriseKind(receiver.http()));
  const server = "https://apprise.example.org";
  expect(channel.check({ server, key: "belfry", tag: "ops" }).summary).toBe("apprise.example.org, tag ops");
  expect(() => channel.check({ server })).toThrow("Give either a key or Apprise URLs.");
  expect(() => channel.check({ server, key: "k", urls: "ntfy://x" })).toThrow("Give either a key or Apprise URLs.");
  expect(() => channel.check({ server, key: "../del/x" })).toThrow("letters, digits");
  expect(() => channel.check({ server, urls: "not an address" })).toThrow("one to a line");
});
