import { afterEach, beforeEach } from "vitest";
import { attemptSend, type Attempt } from "../../lib/delivery/attempt.ts";
import { channelOf, type ChannelKind, type SendContext } from "../../lib/delivery/channel.ts";
import { createAddressRule } from "../../lib/delivery/guard.ts";
import { openHttpSender, type HttpSender } from "../../lib/delivery/http.ts";
import type { AlertMessage } from "../../lib/domain/message.ts";
import { startHttpSink, type HttpReply, type HttpSink, type SunkRequest } from "./http-sink.ts";
import { failedMessage } from "./messages.ts";

export const TRIAL_CONTEXT: SendContext = {
  deliveryId: "0198c0de-0000-4000-8000-000000000002",
  attempt: 1,
  threadKey: null,
  earlierId: null,
  signal: new AbortController().signal,
};

type Settings = Readonly<Record<string, string>>;

type Checked = { settings: Record<string, string>; summary: string };

/** A receiver on loopback and a sender that reaches it, new for each test of a file. */
export type Receiver = {
  sink(): HttpSink;
  http(): HttpSender;
  /** Sends once; the sink answers with `reply`, or as it was told before. */
  send<S>(kind: ChannelKind<S>, settings: Settings, message: AlertMessage, reply?: HttpReply): Promise<Attempt>;
  /** What came in, in short: method, path and the JSON of the body. */
  told(): { method: string; path: string; body: unknown }[];
};

export function useReceiver(timeoutMs = 2_000): Receiver {
  let sink: HttpSink | null = null;
  let http: HttpSender | null = null;
  beforeEach(async () => {
    sink = await startHttpSink();
    http = openHttpSender(createAddressRule(["127.0.0.0/8"]), timeoutMs);
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

export type ChannelTrial = {
  /** The receiver's address, without a trailing slash. */
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
  check(settings: Settings): Checked;
};

/** One kind of channel before a receiver. `make` gets the receiver's address. */
export function useChannel<S>(
  make: (http: HttpSender, url: string) => ChannelKind<S>,
  timeoutMs?: number,
): ChannelTrial {
  const receiver = useReceiver(timeoutMs);
  const channel = () => channelOf(make(receiver.http(), receiver.sink().url));
  return {
    url: () => receiver.sink().url,
    async send({ settings, message, reply, context }) {
      receiver.sink().reply(() => reply);
      return attemptSend(channel(), settings, message, { ...TRIAL_CONTEXT, ...context });
    },
    request() {
      const { requests } = receiver.sink();
      const [request, ...others] = requests;
      if (request === undefined || others.length > 0) throw new Error(`${requests.length} requests came.`);
      return request;
    },
    check: (settings) => channel().check(settings),
  };
}

export type KindTrial = {
  /** Sends once to a receiver that answers so. */
  send(reply: HttpReply, message?: AlertMessage): Promise<Attempt>;
  /** Sends once to a receiver that takes it, and gives what came there. */
  request(message: AlertMessage, context?: Partial<SendContext>): Promise<SunkRequest>;
  /** Checks settings as a form does, with changes to those that the trial sends with. */
  check(changes?: Settings): Checked;
};

/** Long enough for a busy machine, short enough to wait for receivers that stay silent. */
const SILENCE_MS = 1_000;

/** One kind of channel with settings that fit, of an incident that has a thread. */
export function tryKind<S>(
  make: (http: HttpSender) => ChannelKind<S>,
  settingsFor: (sinkUrl: string) => Settings,
): KindTrial {
  const trial = useChannel(make, SILENCE_MS);
  const send = (reply: HttpReply, message: AlertMessage, changes?: Partial<SendContext>): Promise<Attempt> => {
    const context = { threadKey: "i1.lane", ...changes };
    return trial.send({ settings: settingsFor(trial.url()), context, message, reply });
  };
  return {
    send: (reply, message = failedMessage()) => send(reply, message),
    async request(message, context) {
      await send({ status: 200, body: "{}" }, message, context);
      return trial.request();
    },
    check: (changes = {}) => trial.check({ ...settingsFor(trial.url()), ...changes }),
  };
}

/** What came as JSON. Its shape is for the test to say. */
export function jsonOf<T = unknown>({ body }: Pick<SunkRequest, "body">): T {
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

function shortly({ method, path, body }: SunkRequest): { method: string; path: string; body: unknown } {
  return { method, path, body: body === "" ? null : jsonOf({ body }) };
}
