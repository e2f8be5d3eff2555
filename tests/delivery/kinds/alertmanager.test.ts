import { expect, test } from "vitest";
import { alertmanagerAlert, alertmanagerAlerts, alertmanagerKind } from "../../../lib/delivery/kinds/alertmanager.ts";
import { channelOf } from "../../../lib/delivery/channel.ts";
import type { HttpReply } from "../../support/http-sink.ts";
import { useReceiver } from "../../support/channel-trial.ts";
import { outageOverMessage, outageMember, outageMessage } from "../../support/outage-messages.ts";
import {
  failedInput,
  failedMessage,
  nastyMessage,
  recoveredMessage,
  undeliveredNotice,
} from "../../support/messages.ts";

const receiver = useReceiver();

function send(message = failedMessage(), reply: HttpReply = { status: 200 }) {
  return receiver.send(alertmanagerKind(receiver.http()), { server: `${receiver.sink().url}/am` }, message, reply);
}

test("an incident that opens is an alert that ends far ahead", async () => {
  expect(await send()).toMatchObject({ accepted: true, status: 200 });
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": [
          {
            "annotations": {
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
              "host": "db-03",
              "job": "db-backup",
              "project": "Acme",
              "summary": "✗ FAILED (exit 3) · db-backup @ db-03",
            },
            "endsAt": "2026-03-04T00:04:00.000Z",
            "generatorURL": "https://belfry.example.org/incidents/i1",
            "labels": {
              "alertname": "BelfryIncident",
              "incident_id": "i1",
              "job_id": "j1",
              "project_id": "p1",
              "severity": "critical",
            },
            "startsAt": "2025-03-04T00:04:00.000Z",
          },
        ],
        "method": "POST",
        "path": "/am/api/v2/alerts",
      },
    ]
  `);
});

test("its recovery has the same labels and has ended", async () => {
  await send();
  await send(recoveredMessage());
  const labels = receiver.told().map(({ body }) => (body as { labels: object }[])[0]?.labels);
  expect(labels[1]).toEqual(labels[0]);
  expect(receiver.told()[1]).toMatchObject({
    body: [{ startsAt: "2025-03-04T00:04:00.000Z", endsAt: "2025-03-05T01:00:00.000Z" }],
  });
});

test("new names change no labels", () => {
  const renamed = failedMessage({
    event: "changed",
    job: { id: "j1", slug: "other", name: "Other", timeZone: "UTC", scheduleKind: "cron" },
    project: { id: "p1", name: "Other" },
  });
  expect(alertmanagerAlert(renamed, 0).labels).toEqual(alertmanagerAlert(failedMessage(), 0).labels);
});

test("a notice ends by itself an hour after it was sent", () => {
  const now = Date.UTC(2025, 2, 4, 10, 0);
  expect(alertmanagerAlert(undeliveredNotice(), now)).toMatchInlineSnapshot(`
    {
      "annotations": {
        "description": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    What to do: Repair the channel's address or make a new channel, then send a test.
    Project: Acme

    Incident: https://belfry.example.org/incidents/i1
    Channels: https://belfry.example.org/channels
    ",
        "project": "Acme",
        "summary": "✗ NOT DELIVERED over Slack · ops",
      },
      "endsAt": "2025-03-04T11:00:00.000Z",
      "generatorURL": "https://belfry.example.org/incidents/i1",
      "labels": {
        "alert_id": "0198c0de-0000-7000-8000-000000000003",
        "alertname": "BelfryNotice",
        "project_id": "p1",
        "severity": "error",
      },
      "startsAt": "2025-03-04T00:05:00.000Z",
    }
  `);
});

test("nothing that a client wrote leaves its place", async () => {
  await send(nastyMessage());
  expect(receiver.told()).toMatchObject([{ body: [{ labels: { alertname: "BelfryIncident", incident_id: "i1" } }] }]);
});

test("a proxy's authorization is sent", async () => {
  const settings = { server: receiver.sink().url, authorization: "Bearer abc" };
  await receiver.send(alertmanagerKind(receiver.http()), settings, failedMessage());
  expect(receiver.sink().requests[0]).toMatchObject({
    path: "/api/v2/alerts",
    headers: { authorization: "Bearer abc" },
  });
});

test.each<[HttpReply, object]>([
  [
    { status: 400, body: "bad timestamp" },
    { permanent: true, status: 400, answer: "bad timestamp" },
  ],
  [{ status: 404 }, { permanent: true, status: 404 }],
  [
    { status: 429, headers: { "retry-after": "20" } },
    { permanent: false, retryAfterMs: 20_000 },
  ],
  [{ status: 500 }, { permanent: false, status: 500 }],
  [
    { status: 200, body: "<html>Sign in</html>" },
    { permanent: false, answer: expect.stringContaining("web page") },
  ],
])("%j is told apart", async (reply, expected) => {
  expect(await send(failedMessage(), reply)).toMatchObject({ accepted: false, ...expected });
});

test("settings are checked, and shown without what is secret", () => {
  const channel = channelOf(alertmanagerKind(receiver.http()));
  const server = "https://alertmanager.example.org/am/";
  expect(channel.check({ server, authorization: "Bearer abc" }).summary).toBe("alertmanager.example.org/am");
  expect(() => channel.check({ server, authorization: "Bearer a\r\nX: y" })).toThrow("on one line");
});

test("the end of an outage ends all that was told of it, however bad, and of one of its jobs in full", () => {
  const warning = outageMessage({ members: [outageMember("export", {}, { severity: "warning" })] });
  const more = outageMessage({ members: [outageMember("db-backup")], only: failedInput() });
  const ended = new Set(alertmanagerAlerts(outageOverMessage(), 0).map(({ labels }) => JSON.stringify(labels)));
  for (const message of [outageMessage(), warning, more])
    expect(ended).toContain(JSON.stringify(alertmanagerAlert(message, 0).labels));
});
