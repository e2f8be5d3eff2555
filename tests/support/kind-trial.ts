import { afterEach, beforeEach } from "vitest";
import { attemptSend, type Attempt } from "../../lib/delivery/attempt.ts";
import { channelOf, type ChannelKind, type SendContext } from "../../lib/delivery/channel.ts";
import { createAddressRule } from "../../lib/delivery/guard.ts";
import { openHttpSender, type HttpSender } from "../../lib/delivery/http.ts";
import { startHttpSink, type HttpReply, type HttpSink, type SunkRequest } from "./http-sink.ts";
import { failedMessage } from "./messages.ts";

export const TRIAL_CONTEXT: SendContext = {
  deliveryId: "0198c0de-0000-4000-8000-000000000002",
  attempt: 1,
  threadKey: "i1.lane",
  signal: new AbortController().signal,
};

type Settings = Readonly<Record<string, string>>;

export type KindTrial = {
  /** Sends once to a receiver that answers so. */
  send(reply: HttpReply, message?: ReturnType<typeof failedMessage>, context?: Partial<SendContext>): Promise<Attempt>;
  /** Sends once to a receiver that takes it, and gives what came there. */
  request(message: ReturnType<typeof failedMessage>, context?: Partial<SendContext>): Promise<SunkRequest>;
  /** Checks settings as a form does, with changes to those that the trial sends with. */
  check(changes?: Settings): { settings: Record<string, string>; summary: string };
};

/** A kind of channel before a receiver on loopback of its own in each test. */
export function tryKind<S>(
  make: (http: HttpSender) => ChannelKind<S>,
  settingsFor: (sinkUrl: string) => Settings,
): KindTrial {
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
  const send: KindTrial["send"] = (reply, message = failedMessage(), context = {}) => {
    sink.reply(() => reply);
    return attemptSend(channelOf(make(http)), settingsFor(sink.url), message, { ...TRIAL_CONTEXT, ...context });
  };
  return {
    send,
    async request(message, context) {
      await send({ status: 200, body: "{}" }, message, context);
      const [request, ...others] = sink.requests;
      if (request === undefined || others.length > 0) throw new Error(`${sink.requests.length} requests came.`);
      return request;
    },
    check: (changes = {}) => channelOf(make(http)).check({ ...settingsFor(sink.url), ...changes }),
  };
}

/** What came as JSON. Its shape is for the test to say. */
export function jsonOf<T = unknown>({ body }: SunkRequest): T {
  return JSON.parse(body) as T;
}

/** What a form says about a wrong setting. */
export function refusalOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "nothing was refused";
}
