import { expect, test } from "vitest";
import { channelOf } from "../../../lib/delivery/channel.ts";
import { splunkOnCallKind } from "../../../lib/delivery/kinds/splunk-on-call.ts";
import type { HttpReply } from "../../support/http-sink.ts";
import { useReceiver } from "../../support/channel-trial.ts";
import {
  failedMessage,
  nastyMessage,
  recoveredMessage,
  testMessage,
  undeliveredNotice,
} from "../../support/messages.ts";

const receiver = useReceiver();

const PATH = "/integrations/generic/20131114/alert/5f3c9a0e-1b2c-4d5e-8f90-0123456789ab/database";

function send(message = failedMessage(), reply: HttpReply = { status: 200, body: '{"result":"success"}' }) {
  return receiver.send(splunkOnCallKind(receiver.http()), { url: `${receiver.sink().url}${PATH}` }, message, reply);
}

test("an incident that opens is critical there, under the incident's id", async () => {
  expect(await send()).toMatchObject({ accepted: true, status: 200, externalId: "i1" });
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "alert_url": "https://belfry.example.org/incidents/i1",
          "entity_display_name": "✗ FAILED (exit 3) · db-backup @ db-03",
          "entity_id": "i1",
          "host_name": "db-03",
          "job": "db-backup",
          "message_type": "CRITICAL",
          "monitoring_tool": "Belfry",
          "project": "Acme",
          "state_message": "The run failed at 02:04 (Europe/Riga) with exit code 3.
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
          "state_start_time": 1741046640,
        },
        "method": "POST",
        "path": "/integrations/generic/20131114/alert/5f3c9a0e-1b2c-4d5e-8f90-0123456789ab/database",
      },
    ]
  `);
});

test("its recovery ends it", async () => {
  await send(recoveredMessage());
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "alert_url": "https://belfry.example.org/incidents/i1",
          "entity_display_name": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
          "entity_id": "i1",
          "host_name": "db-03",
          "job": "db-backup",
          "message_type": "RECOVERY",
          "monitoring_tool": "Belfry",
          "project": "Acme",
          "state_message": "Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.
    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    Project: Acme

    Run: https://belfry.example.org/jobs/j1/runs/42
    Job: https://belfry.example.org/jobs/j1
    Incident: https://belfry.example.org/incidents/i1
    ",
          "state_start_time": 1741046640,
        },
        "method": "POST",
        "path": "/integrations/generic/20131114/alert/5f3c9a0e-1b2c-4d5e-8f90-0123456789ab/database",
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
          "alert_url": "https://belfry.example.org/incidents/i1",
          "entity_display_name": "✗ NOT DELIVERED over Slack · ops",
          "entity_id": "0198c0de-0000-7000-8000-000000000003",
          "message_type": "CRITICAL",
          "monitoring_tool": "Belfry",
          "project": "Acme",
          "state_message": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    What to do: Repair the channel's address or make a new channel, then send a test.
    Project: Acme

    Incident: https://belfry.example.org/incidents/i1
    Channels: https://belfry.example.org/channels
    ",
          "state_start_time": 1741046700,
        },
        "method": "POST",
        "path": "/integrations/generic/20131114/alert/5f3c9a0e-1b2c-4d5e-8f90-0123456789ab/database",
      },
    ]
  `);
});

test("a warning is one there too, and a test pages nobody", async () => {
  await send(failedMessage({}, { severity: "warning", cause: "slow" }));
  await send(testMessage());
  expect(receiver.told()).toMatchObject([{ body: { message_type: "WARNING" } }, { body: { message_type: "INFO" } }]);
});

test("nothing that a client wrote leaves its place", async () => {
  await send(nastyMessage());
  expect(receiver.told()).toMatchObject([{ body: { message_type: "CRITICAL", entity_id: "i1" } }]);
});

test.each<[HttpReply, object]>([
  [
    { status: 200, body: '{"result":"failure","message":"no such key"}' },
    { permanent: true, status: 200 },
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

test("settings are checked, and shown without the keys", () => {
  const channel = channelOf(splunkOnCallKind(receiver.http()));
  expect(channel.check({ url: `https://alert.victorops.com${PATH}` }).summary).toBe("alert.victorops.com/…base");
  const unfinished = `https://alert.victorops.com${PATH}`.replace("database", "$routing_key");
  expect(() => channel.check({ url: unfinished })).toThrow("Replace $routing_key");
});
