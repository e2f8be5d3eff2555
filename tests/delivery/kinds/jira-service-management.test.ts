import { expect, test } from "vitest";
import { channelOf } from "../../../lib/delivery/channel.ts";
import { jiraServiceManagementKind } from "../../../lib/delivery/kinds/jira-service-management.ts";
import type { HttpReply } from "../../support/http-sink.ts";
import { useReceiver } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const receiver = useReceiver();

const KEY = "5f3c9a0e-1b2c-4d5e-8f90-0123456789ab";

function open() {
  const { url } = receiver.sink();
  const alerts = { jsm: `${url}/jsm/v2/alerts`, opsgenie: `${url}/us/v2/alerts`, "opsgenie-eu": `${url}/eu/v2/alerts` };
  return jiraServiceManagementKind(receiver.http(), alerts);
}

function send(message = failedMessage(), reply: HttpReply = { status: 202, body: "{}" }) {
  return receiver.send(open(), { key: KEY }, message, reply);
}

test("an incident that opens makes an alert under the incident's id", async () => {
  expect(await send()).toMatchObject({ accepted: true, status: 202, externalId: "i1" });
  expect(receiver.sink().requests[0]?.headers).toMatchObject({
    ...{ authorization: `GenieKey ${KEY}`, "content-type": "application/json" },
  });
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "alias": "i1",
          "description": "The run failed at 02:04 (Europe/Riga) with exit code 3.
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
          "entity": "db-03",
          "message": "✗ FAILED (exit 3) · db-backup @ db-03",
          "priority": "P1",
          "source": "Belfry",
          "tags": [
            "belfry",
            "Acme",
            "db-backup",
          ],
        },
        "method": "POST",
        "path": "/jsm/v2/alerts",
      },
    ]
  `);
});

test("its recovery closes it by that id", async () => {
  await send(recoveredMessage());
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "note": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03

    Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.
    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    Project: Acme

    Run: https://belfry.example.org/jobs/j1/runs/42
    Job: https://belfry.example.org/jobs/j1
    Incident: https://belfry.example.org/incidents/i1
    ",
          "source": "Belfry",
        },
        "method": "POST",
        "path": "/jsm/v2/alerts/i1/close?identifierType=alias",
      },
    ]
  `);
});

test("a notice stands for itself", async () => {
  await send(undeliveredNotice());
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "alias": "0198c0de-0000-7000-8000-000000000003",
          "description": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    What to do: Repair the channel's address or make a new channel, then send a test.
    Project: Acme

    Incident: https://belfry.example.org/incidents/i1
    Channels: https://belfry.example.org/channels
    ",
          "message": "✗ NOT DELIVERED over Slack · ops",
          "priority": "P2",
          "source": "Belfry",
          "tags": [
            "belfry",
            "Acme",
          ],
        },
        "method": "POST",
        "path": "/jsm/v2/alerts",
      },
    ]
  `);
});

test.each([
  ["", "/jsm/v2/alerts"],
  ["opsgenie", "/us/v2/alerts"],
  ["opsgenie-eu", "/eu/v2/alerts"],
])("service %j is called at %s", async (service, path) => {
  await receiver.send(open(), { key: KEY, service }, failedMessage());
  expect(receiver.told()).toMatchObject([{ path }]);
});

test("nothing that a client wrote leaves its place, and limits are kept", async () => {
  await send(nastyMessage());
  const [{ body } = { body: null }] = receiver.told();
  const alert = body as { message: string; description: string; entity: string; tags: string[] };
  expect(alert.message.length).toBeLessThanOrEqual(130);
  expect(alert.entity).not.toMatch(/[\r\n]/);
  expect(alert.description.length).toBeLessThanOrEqual(15_000);
  expect(alert.tags).toEqual(["belfry", "Acme", "s"]);
});

test.each<[HttpReply, object]>([
  [{ status: 401 }, { permanent: true, status: 401 }],
  [{ status: 404 }, { permanent: true, status: 404 }],
  [
    { status: 422, body: '{"message":"Key format is not valid!"}' },
    { permanent: true, status: 422 },
  ],
  [
    { status: 429, headers: { "retry-after": "20" } },
    { permanent: false, retryAfterMs: 20_000 },
  ],
  [{ status: 500 }, { permanent: false, status: 500 }],
])("%j is told apart", async (reply, expected) => {
  expect(await send(failedMessage(), reply)).toMatchObject({ accepted: false, ...expected });
});

test("settings are checked, and shown without the key", () => {
  const channel = channelOf(jiraServiceManagementKind(receiver.http()));
  expect(channel.check({ key: KEY }).summary).toBe("api.atlassian.com …89ab");
  expect(channel.check({ key: KEY, service: "opsgenie-eu" }).summary).toBe("api.eu.opsgenie.com …89ab");
  expect(() => channel.check({ key: "a key\r\nX: y" })).toThrow("without spaces");
});
