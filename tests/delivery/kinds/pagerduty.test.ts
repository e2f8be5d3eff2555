import { expect, test } from "vitest";
import { channelOf } from "../../../lib/delivery/channel.ts";
import { pagerdutyKind } from "../../../lib/delivery/kinds/pagerduty.ts";
import type { HttpReply } from "../../support/http-sink.ts";
import { useReceiver } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const receiver = useReceiver();

const KEY = "0123456789abcdef0123456789ABCDEF";

function send(message = failedMessage(), reply: HttpReply = { status: 202, body: '{"status":"success"}' }) {
  const { url } = receiver.sink();
  const kind = pagerdutyKind(receiver.http(), { us: `${url}/us`, eu: `${url}/eu` });
  return receiver.send(kind, { routingKey: KEY }, message, reply);
}

test("an incident that opens triggers an alert under the incident's id", async () => {
  expect(await send()).toMatchObject({ accepted: true, status: 202, externalId: "i1" });
  expect(receiver.sink().requests[0]?.headers["content-type"]).toBe("application/json");
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "client": "Belfry",
          "client_url": "https://belfry.example.org/incidents/i1",
          "dedup_key": "i1",
          "event_action": "trigger",
          "links": [
            {
              "href": "https://belfry.example.org/jobs/j1/runs/42",
              "text": "Run",
            },
            {
              "href": "https://belfry.example.org/jobs/j1",
              "text": "Job",
            },
            {
              "href": "https://belfry.example.org/incidents/i1",
              "text": "Incident",
            },
          ],
          "payload": {
            "class": "failed",
            "component": "db-backup",
            "custom_details": {
              "Duration": "3 min 57 s; usually 4 min 10 s, 95 % within 5 min",
              "Last good run": "Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row",
              "Next run": "Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)",
              "Output": "copying
    ERROR: disk full",
              "Project": "Acme",
              "Since": "Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)",
              "What happened": "The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).",
              "What to do": "Read the output, repair the cause, then run the command by hand on db-03 as the same user.",
            },
            "group": "Acme",
            "severity": "critical",
            "source": "db-03",
            "summary": "✗ FAILED (exit 3) · db-backup @ db-03",
            "timestamp": "2025-03-04T00:04:00.000Z",
          },
          "routing_key": "0123456789abcdef0123456789ABCDEF",
        },
        "method": "POST",
        "path": "/us/v2/enqueue",
      },
    ]
  `);
});

test("its recovery resolves it", async () => {
  await send(recoveredMessage());
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "dedup_key": "i1",
          "event_action": "resolve",
          "routing_key": "0123456789abcdef0123456789ABCDEF",
        },
        "method": "POST",
        "path": "/us/v2/enqueue",
      },
    ]
  `);
});

test.each(["reminder", "changed"] as const)("a message of what is %s triggers the same alert again", async (event) => {
  await send(failedMessage({ event }));
  expect(receiver.told()).toMatchObject([{ body: { event_action: "trigger", dedup_key: "i1" } }]);
});

test("a warning is one there too", async () => {
  await send(failedMessage({}, { severity: "warning", cause: "slow" }));
  expect(receiver.told()).toMatchObject([{ body: { payload: { severity: "warning", class: "slow" } } }]);
});

test("a notice stands for itself", async () => {
  await send(undeliveredNotice());
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "client": "Belfry",
          "client_url": "https://belfry.example.org/incidents/i1",
          "dedup_key": "0198c0de-0000-7000-8000-000000000003",
          "event_action": "trigger",
          "links": [
            {
              "href": "https://belfry.example.org/incidents/i1",
              "text": "Incident",
            },
            {
              "href": "https://belfry.example.org/channels",
              "text": "Channels",
            },
          ],
          "payload": {
            "custom_details": {
              "Project": "Acme",
              "What happened": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service",
              "What to do": "Repair the channel's address or make a new channel, then send a test.",
            },
            "group": "Acme",
            "severity": "error",
            "source": "Belfry",
            "summary": "✗ NOT DELIVERED over Slack · ops",
            "timestamp": "2025-03-04T00:05:00.000Z",
          },
          "routing_key": "0123456789abcdef0123456789ABCDEF",
        },
        "method": "POST",
        "path": "/us/v2/enqueue",
      },
    ]
  `);
});

test("accounts in Europe have an address of their own", async () => {
  const { url } = receiver.sink();
  const kind = pagerdutyKind(receiver.http(), { us: `${url}/us`, eu: `${url}/eu` });
  await receiver.send(kind, { routingKey: KEY, region: "eu" }, failedMessage());
  expect(receiver.told()).toMatchObject([{ path: "/eu/v2/enqueue" }]);
});

test("nothing that a client wrote leaves its place", async () => {
  await send(nastyMessage());
  expect(receiver.told()).toMatchObject([{ body: { routing_key: KEY, event_action: "trigger", dedup_key: "i1" } }]);
  expect(receiver.sink().requests[0]?.body).not.toMatch(/[\r\n]/);
});

test.each<[HttpReply, object]>([
  [
    { status: 400, body: '{"status":"invalid event"}' },
    { permanent: true, status: 400, answer: expect.stringContaining("invalid event") },
  ],
  [{ status: 404 }, { permanent: true, status: 404 }],
  [
    { status: 429, headers: { "retry-after": "20" } },
    { permanent: false, status: 429, retryAfterMs: 20_000 },
  ],
  [{ status: 500 }, { permanent: false, status: 500 }],
])("%j is told apart", async (reply, expected) => {
  expect(await send(failedMessage(), reply)).toMatchObject({
    accepted: false,
    ...expected,
  });
});

test("settings are checked, and shown without the key", () => {
  const channel = channelOf(pagerdutyKind(receiver.http()));
  expect(channel.check({ routingKey: KEY, region: "eu" }).summary).toBe("events.eu.pagerduty.com …CDEF");
  expect(() => channel.check({ routingKey: "abc" })).toThrow("32 letters and digits");
  expect(() => channel.check({ routingKey: KEY, region: "mars" })).toThrow("Choose one of us, eu.");
});

test("a host without a name leaves the job's name as the source, which must not be empty", async () => {
  await send(failedMessage({}, { host: "" }));
  expect(receiver.told()).toMatchObject([{ body: { payload: { source: "db-backup" } } }]);
});
