import type { Attempt } from "../../lib/delivery/attempt.ts";
import type { ChannelKind, SendContext } from "../../lib/delivery/channel.ts";
import type { HttpSender } from "../../lib/delivery/http.ts";
import type { AlertMessage } from "../../lib/domain/message.ts";
import { useChannel } from "./channel-trial.ts";
import type { HttpReply, SunkRequest } from "./http-sink.ts";
import { failedMessage } from "./messages.ts";

type Settings = Readonly<Record<string, string>>;

export type KindTrial = {
  /** Sends once to a receiver that answers so. */
  send(reply: HttpReply, message?: AlertMessage): Promise<Attempt>;
  /** Sends once to a receiver that takes it, and gives what came there. */
  request(message: AlertMessage, context?: Partial<SendContext>): Promise<SunkRequest>;
  /** Checks settings as a form does, with changes to those that the trial sends with. */
  check(changes?: Settings): { settings: Record<string, string>; summary: string };
};

const TIMEOUT_MS = 400;

/** A kind of channel with settings that fit, of an incident that has a thread. */
export function tryKind<S>(
  make: (http: HttpSender) => ChannelKind<S>,
  settingsFor: (sinkUrl: string) => Settings,
): KindTrial {
  const trial = useChannel(make, TIMEOUT_MS);
  const send = (reply: HttpReply, message: AlertMessage, context?: Partial<SendContext>): Promise<Attempt> =>
    trial.send({
      settings: settingsFor(trial.url()),
      context: { threadKey: "i1.lane", ...context },
      message,
      reply,
    });
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
