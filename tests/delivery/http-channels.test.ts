import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attemptSend, type Attempt } from "../../lib/delivery/attempt.ts";
import { channelOf, type SendContext } from "../../lib/delivery/channel.ts";
import { createAddressRule } from "../../lib/delivery/guard.ts";
import { openHttpSender, type HttpSender } from "../../lib/delivery/http.ts";
import { slackKind } from "../../lib/delivery/kinds/slack.ts";
import { webhookKind } from "../../lib/delivery/kinds/webhook.ts";
import { startHttpSink, type HttpReply, type HttpSink } from "../support/http-sink.ts";
import { failedMessage, nastyMessage } from "../support/messages.ts";

let sink: HttpSink;
let http: HttpSender;
beforeEach(async () => {
  sink = await startHttpSink();
  http = openHttpSender(createAddressRule(["127.0.0.0/8"]), 400);
});
afterEach(async () => {
  await http.close();
  await sink.close();
});

const CONTEXT: SendContext = {
  deliveryId: "0198c0de-0000-4000-8000-000000000002",
  attempt: 1,
  threadKey: null,
  earlierId: null,
  signal: new AbortController().signal,
};

function send(kind: "slack" | "webhook", reply: HttpReply, message = failedMessage()): Promise<Attempt> {
  sink.reply(() => reply);
  const channel = kind === "slack" ? channelOf(slackKind(http)) : channelOf(webhookKind(http));
  return attemptSend(channel, { url: `${sink.url}/hook` }, message, CONTEXT);
}

const HTTP_DATE = new Date(Date.now() + 3_600_000).toUTCString();

describe.each(["slack", "webhook"] as const)("%s", (kind) => {
  test.each<[string, HttpReply, object]>([
    ["200", { status: 200, body: "ok" }, { accepted: true, status: 200, answer: "ok" }],
    ["204", { status: 204 }, { accepted: true, status: 204, answer: "" }],
    [
      "400",
      { status: 400, body: "invalid_payload" },
      { accepted: false, permanent: true, status: 400, answer: "invalid_payload" },
    ],
    ["401", { status: 401 }, { accepted: false, permanent: true, status: 401, answer: "HTTP status 401" }],
    ["403", { status: 403 }, { accepted: false, permanent: true, status: 403 }],
    [
      "404",
      { status: 404, body: "no_service" },
      { accepted: false, permanent: true, status: 404, answer: "no_service" },
    ],
    ["410", { status: 410 }, { accepted: false, permanent: true, status: 410 }],
    ["408", { status: 408 }, { accepted: false, permanent: false, status: 408 }],
    ["500", { status: 500, body: "oops" }, { accepted: false, permanent: false, status: 500, retryAfterMs: null }],
    [
      "503 with Retry-After",
      { status: 503, headers: { "retry-after": "7" } },
      { permanent: false, retryAfterMs: 7_000 },
    ],
    [
      "429 in seconds",
      { status: 429, headers: { "retry-after": "30" } },
      { permanent: false, status: 429, retryAfterMs: 30_000 },
    ],
    ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1/" } }, { permanent: true, status: 302 }],
    ["silence", "silent", { permanent: false, status: null, answer: "No answer within 0.4 s." }],
    [
      "a lost answer",
      "lost",
      { permanent: false, status: null, answer: "The connection was closed before an answer came." },
    ],
  ])("%s", async (_name, reply, expected) => {
    expect(await send(kind, reply)).toMatchObject(expected);
    expect(sink.requests).toHaveLength(1);
  });

  test("429 with a date", async () => {
    const attempt = await send(kind, { status: 429, headers: { "retry-after": HTTP_DATE } });
    expect(attempt).toMatchObject({ accepted: false, permanent: false });
    if (attempt.accepted) return;
    expect(attempt.retryAfterMs).toBeGreaterThan(3_500_000);
    expect(attempt.retryAfterMs).toBeLessThanOrEqual(3_601_000);
  });

  test.each(["huge", "drip"] as const)("an answer without end (%s) is cut, and its status counts", async (reply) => {
    const attempt = await send(kind, reply);
    expect(attempt).toMatchObject({ accepted: true, status: 200 });
    expect(attempt.answer.length).toBeLessThanOrEqual(500);
  });

  test("a receiver that is not there may be tried again", async () => {
    await sink.close();
    expect(await send(kind, { status: 200 })).toMatchObject({
      accepted: false,
      permanent: false,
      answer: expect.stringMatching(/refused/),
    });
    sink = await startHttpSink();
  });

  test("a certificate that nobody trusts is named, and may be repaired within a day", async () => {
    await sink.close();
    sink = await startHttpSink({ tls: true });
    expect(await send(kind, { status: 200 })).toMatchObject({
      accepted: false,
      permanent: false,
      answer: "Its certificate is self-signed.",
    });
    expect(sink.requests).toHaveLength(0);
  });

  test("an answer's secrets are masked", async () => {
    const attempt = await send(kind, {
      status: 403,
      body: "bad token=abcdef\nfor https://hooks.slack.com/services/T/B/x",
    });
    expect(attempt.answer).toBe("bad token=[masked] for https://hooks.slack.com/services/[masked]");
  });

  test("every request carries the delivery's id as idempotency key", async () => {
    await send(kind, { status: 200 });
    expect(sink.requests[0]?.headers["idempotency-key"]).toBe(CONTEXT.deliveryId);
  });
});

test("a send that is stopped ends at once, as something that may be tried again", async () => {
  sink.reply(() => "silent");
  const slow = openHttpSender(createAddressRule(["127.0.0.0/8"]));
  const stop = new AbortController();
  const sending = attemptSend(channelOf(webhookKind(slow)), { url: sink.url }, failedMessage(), {
    ...CONTEXT,
    signal: stop.signal,
  });
  await sink.received(1);
  stop.abort();
  expect(await sending).toMatchObject({
    accepted: false,
    permanent: false,
    answer: "Belfry stopped before an answer came.",
  });
  await slow.close();
});

test("slack: the exact request", async () => {
  await send("slack", { status: 200, body: "ok" });
  expect(sink.requests[0]).toMatchObject({ method: "POST", path: "/hook" });
  expect(sink.requests[0]?.headers["content-type"]).toBe("application/json");
  expect(JSON.parse(sink.requests[0]?.body ?? "")).toMatchInlineSnapshot(`
    {
      "blocks": [
        {
          "text": {
            "emoji": false,
            "text": "✗ FAILED (exit 3) · db-backup @ db-03",
            "type": "plain_text",
          },
          "type": "header",
        },
        {
          "text": {
            "text": "The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    *Since:* Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "text": {
            "text": "\`\`\`copying
    ERROR: disk full\`\`\`",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "text": {
            "text": "*Duration:* 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    *Last good run:* Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row
    *Next run:* Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    *What to do:* Read the output, repair the cause, then run the command by hand on db-03 as the same user.
    *Project:* Acme",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "elements": [
            {
              "text": "<https://belfry.example.org/jobs/j1/runs/42|Run> · <https://belfry.example.org/jobs/j1|Job> · <https://belfry.example.org/incidents/i1|Incident>",
              "type": "mrkdwn",
            },
          ],
          "type": "context",
        },
      ],
      "link_names": false,
      "text": "✗ FAILED (exit 3) · db-backup @ db-03",
      "unfurl_links": false,
      "unfurl_media": false,
    }
  `);
});

test("slack: nothing addresses a channel, forges a link or breaks the limits of blocks", async () => {
  await send("slack", { status: 200 }, nastyMessage());
  const body = sink.requests[0]?.body ?? "";
  expect(body).not.toMatch(/<!channel>|<@U1>|<https:\/\/evil|<script/);
  const { blocks } = JSON.parse(body) as { blocks: { type: string; text?: { text: string } }[] };
  for (const block of blocks)
    expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(block.type === "header" ? 150 : 3_000);
  const output = blocks.find((block) => block.text?.text.startsWith("```"))?.text?.text ?? "";
  expect(output.split("```")).toHaveLength(3);
});

test("webhook: the exact request", async () => {
  await send("webhook", { status: 200 });
  expect(JSON.parse(sink.requests[0]?.body ?? "")).toMatchInlineSnapshot(`
    {
      "action": "Read the output, repair the cause, then run the command by hand on db-03 as the same user.",
      "actions": [],
      "alertId": "0198c0de-0000-7000-8000-000000000001",
      "at": "2025-03-04T00:04:00.000Z",
      "deliveryId": "0198c0de-0000-4000-8000-000000000002",
      "duration": "3 min 57 s; usually 4 min 10 s, 95 % within 5 min",
      "elsewhere": null,
      "event": "opened",
      "incident": {
        "alone": [],
        "badCount": 1,
        "cause": "failed",
        "id": "i1",
        "missedCount": 0,
        "number": 3,
        "openedAt": "2025-03-04T00:04:00.000Z",
        "resolveReason": null,
        "resolvedAt": null,
        "severity": "critical",
      },
      "job": {
        "id": "j1",
        "name": "db-backup",
        "slug": "db-backup",
      },
      "lastGood": "Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row",
      "links": [
        {
          "label": "Run",
          "url": "https://belfry.example.org/jobs/j1/runs/42",
        },
        {
          "label": "Job",
          "url": "https://belfry.example.org/jobs/j1",
        },
        {
          "label": "Incident",
          "url": "https://belfry.example.org/incidents/i1",
        },
      ],
      "members": [],
      "nextExpected": "Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)",
      "output": {
        "errors": [],
        "omitted": 0,
        "tail": [
          "copying",
          "ERROR: disk full",
        ],
      },
      "project": {
        "id": "p1",
        "name": "Acme",
      },
      "run": {
        "deadlineAt": "2025-03-04T00:12:00.000Z",
        "durationMs": 237000,
        "exitCode": 3,
        "exitMeaning": null,
        "finishedAt": "2025-03-04T00:04:00.000Z",
        "host": "db-03",
        "number": 42,
        "slotAt": "2025-03-04T00:00:00.000Z",
        "startedAt": "2025-03-04T00:00:03.000Z",
      },
      "since": "Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)",
      "tone": "bad",
      "verdict": "✗ FAILED (exit 3) · db-backup @ db-03",
      "version": 1,
      "why": [
        "The run failed at 02:04 (Europe/Riga) with exit code 3.",
        "Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).",
      ],
    }
  `);
});

test("Slack's output keeps its newest lines where escaping makes it too long", async () => {
  const output = Array.from({ length: 20 }, (_, line) => `${"&".repeat(100)} ${line}`).join("\n");
  await send("slack", { status: 200, body: "ok" }, failedMessage({ output }));
  const { blocks } = JSON.parse(sink.requests[0]?.body ?? "{}") as { blocks: { text?: { text: string } }[] };
  const shown = blocks.map(({ text }) => text?.text ?? "").find((text) => text.startsWith("```")) ?? "";
  expect(shown.length).toBeLessThanOrEqual(3_000);
  expect(shown).toMatch(/ 19\n?```$/);
});
