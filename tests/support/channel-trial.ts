import { afterEach, beforeEach } from "vitest";
import { attemptSend, type Attempt } from "../../lib/delivery/attempt.ts";
import { channelOf, type ChannelKind, type SendContext } from "../../lib/delivery/channel.ts";
import { createAddressRule } from "../../lib/delivery/guard.ts";
import { openHttpSender, type HttpSender } from "../../lib/delivery/http.ts";
import { composeMessage, type AlertMessage } from "../../lib/domain/message.ts";
import { startHttpSink, type HttpReply, type HttpSink, type SunkRequest } from "./http-sink.ts";

export const TRIAL_CONTEXT: SendContext = {
  deliveryId: "0198c0de-0000-4000-8000-000000000002",
  attempt: 1,
  threadKey: null,
  signal: new AbortController().signal,
};

type Settings = Readonly<Record<string, string>>;

export type ChannelTrial = {
  /** Without a trailing slash. */
  url(): string;
  /** One send, answered with `reply`; what it knows beside that may differ from `TRIAL_CONTEXT`. */
  send(sent: {
    settings: Settings;
    message: AlertMessage;
    reply: HttpReply;
    context?: Partial<SendContext>;
  }): Promise<Attempt>;
  /** The one request that came. */
  request(): SunkRequest;
  /** What is stored and shown of settings. */
  check(settings: Settings): { settings: Record<string, string>; summary: string };
};

/** A kind of channel before a sink on loopback, anew for each test. `make` gets the address of the sink. */
export function useChannel<S>(
  make: (http: HttpSender, url: string) => ChannelKind<S>,
  timeoutMs = 2_000,
): ChannelTrial {
  let sink: HttpSink;
  let http: HttpSender;
  beforeEach(async () => {
    sink = await startHttpSink();
    http = openHttpSender(createAddressRule(["127.0.0.0/8"]), timeoutMs);
  });
  afterEach(async () => {
    await http.close();
    await sink.close();
  });
  const channel = () => channelOf(make(http, sink.url));
  return {
    url: () => sink.url,
    async send({ settings, message, reply, context }) {
      sink.reply(() => reply);
      return attemptSend(channel(), settings, message, { ...TRIAL_CONTEXT, ...context });
    },
    request() {
      const [request, ...others] = sink.requests;
      if (request === undefined || others.length > 0) throw new Error(`${sink.requests.length} requests came.`);
      return request;
    },
    check: (settings) => channel().check(settings),
  };
}

/** A notice, which has no job. */
export function undeliveredNotice(): AlertMessage {
  return composeMessage({
    alertId: "0198c0de-0000-7000-8000-000000000003",
    event: "notice",
    at: Date.UTC(2025, 2, 4, 0, 5),
    baseUrl: "https://belfry.example.org",
    project: { id: "p1", name: "Acme" },
    facts: {
      notice: "undelivered",
      channelId: "c1",
      channel: "ops",
      kind: "Slack",
      reason: "no_service",
      refused: true,
      verdict: "✗ FAILED (exit 3) · db-backup @ db-03",
      incidentId: "i1",
    },
  });
}
