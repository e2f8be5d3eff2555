import { afterEach, beforeEach } from "vitest";
import { attemptSend, type Attempt } from "../../lib/delivery/attempt.ts";
import { channelOf, type ChannelKind } from "../../lib/delivery/channel.ts";
import { createAddressRule } from "../../lib/delivery/guard.ts";
import { openHttpSender, type HttpSender } from "../../lib/delivery/http.ts";
import { composeMessage, type AlertMessage } from "../../lib/domain/message.ts";
import { TRIAL_CONTEXT } from "./channel-trial.ts";
import { startHttpSink, type HttpReply, type HttpSink, type SunkRequest } from "./http-sink.ts";

/** A sink and a sender that reaches it, new for each test of a file. */
export type Sends = {
  sink(): HttpSink;
  http(): HttpSender;
  /** Sends once; the sink answers with `reply`, or as it was told before. */
  send<S>(
    kind: ChannelKind<S>,
    settings: Readonly<Record<string, string>>,
    message: AlertMessage,
    reply?: HttpReply,
  ): Promise<Attempt>;
  /** What came in, in short: method, path and the JSON of the body. */
  told(): { method: string; path: string; body: unknown }[];
};

export function useSends(): Sends {
  let sink: HttpSink | null = null;
  let http: HttpSender | null = null;
  beforeEach(async () => {
    sink = await startHttpSink();
    http = openHttpSender(createAddressRule(["127.0.0.0/8"]), 2_000);
  });
  afterEach(async () => {
    await http?.close();
    await sink?.close();
  });
  const open = <T>(opened: T | null): T => {
    if (opened === null) throw new Error("Only within a test.");
    return opened;
  };
  return {
    sink: () => open(sink),
    http: () => open(http),
    send(kind, settings, message, reply) {
      if (reply !== undefined) open(sink).reply(() => reply);
      return attemptSend(channelOf(kind), settings, message, TRIAL_CONTEXT);
    },
    told: () => open(sink).requests.map(shortly),
  };
}

function shortly({ method, path, body }: SunkRequest): { method: string; path: string; body: unknown } {
  return { method, path, body: body === "" ? null : (JSON.parse(body) as unknown) };
}

/** A message that somebody asked for to see whether the channel works. */
export function testMessage(): AlertMessage {
  return composeMessage({
    alertId: "0198c0de-0000-7000-8000-00000000000a",
    event: "test",
    at: Date.UTC(2025, 2, 4, 0, 4),
    baseUrl: "https://belfry.example.org",
    project: { id: "p1", name: "Acme" },
    facts: { requestedBy: "Kim" },
  });
}
