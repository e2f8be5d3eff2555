import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attemptSend, type Attempt } from "../../lib/delivery/attempt.ts";
import { channelOf, type SendContext } from "../../lib/delivery/channel.ts";
import { createAddressRule } from "../../lib/delivery/guard.ts";
import { openHttpSender, type HttpSender } from "../../lib/delivery/http.ts";
import { slackKind } from "../../lib/delivery/kinds/slack.ts";
import { webhookKind } from "../../lib/delivery/kinds/webhook.ts";
import { startHttpSink, type HttpReply, type HttpSink } from "../support/http-sink.ts";
import { failedMessage } from "../support/messages.ts";

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
