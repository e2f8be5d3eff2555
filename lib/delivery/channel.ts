import { maskSecrets } from "../domain/mask.ts";
import { cleanLine } from "../domain/message-text.ts";
import type { AlertMessage } from "../domain/message.ts";
import type { Millis } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { createMask } from "./settings/secrets.ts";

/** One setting that a kind's form asks for; stored as text, empty where it was left out. */
export type ChannelField = {
  name: string;
  label: string;
  placeholder: string;
  /** `secret` is hidden while it is typed, `long` has several lines, `choice` is one of `choices`. Default `text`. */
  input?: "text" | "secret" | "long" | "choice";
  choices?: readonly { value: string; label: string }[];
  optional?: boolean;
  /** True: shown to nobody, not even where a receiver repeats it. A `secret` never is. */
  confidential?: boolean;
  /** One sentence: what it is, or where it is found. */
  hint?: string;
};

/** What a send knows besides settings and message. */
export type SendContext = {
  /** The same at every attempt: a receiver can tell a second copy by it. */
  deliveryId: string;
  /** From 1. */
  attempt: number;
  /** What is told of one incident over one channel has the same key: threads hang on it. Null without an incident. */
  threadKey: string | null;
  /** Keys of the threads of what was told alone before it was known for part of an outage; absent: there are none. */
  joinedKeys?: readonly string[];
  /** The receiver's id of the message that this one brings up to date; null: there is none. Who can, edits that. */
  earlierId: string | null;
  /** Where whoever reads a mail unsubscribes at one click; absent or null: it is no mail of that kind. */
  unsubscribeUrl?: string | null;
  /** Aborted when the process stops: the send gives up and counts as not accepted. */
  signal: AbortSignal;
};

/** What the receiver said when it took the message. */
export type SendReceipt = {
  /** HTTP or SMTP status. */
  status: number | null;
  answer: string;
  /** The receiver's or our own id of the message. */
  externalId: string | null;
};

/**
 * A way to reach people. One file a kind, one row in `kinds.ts`; it reads its settings, and lays out and sends one typed
 * message. When to send, how often and what to do about a refusal is not its business.
 */
export interface ChannelKind<S> {
  readonly kind: string;
  /** As people call it. */
  readonly label: string;
  /** One sentence: how to get what the form asks for. */
  readonly hint: string;
  readonly fields: readonly ChannelField[];
  /** A sentence with the fix where this installation cannot use it; null where it can. */
  readonly unavailable: string | null;
  /** True: it reaches into this installation's own machine, and only its operators may make such a channel. */
  readonly operatorsOnly?: boolean;
  /** True: what it is told of stays open at its receiver until it is told of the end. */
  readonly keepsIncidents?: boolean;
  /** Reads what a person typed, and what was stored of it. @throws AppError `invalid` with the field it is about. */
  parseSettings(input: Readonly<Record<string, string>>): S;
  /** What may be shown of the settings: secrets masked. */
  summary(settings: S): string;
  /** Resolves when the receiver has taken the message. @throws DeliveryError */
  send(settings: S, message: AlertMessage, context: SendContext): Promise<SendReceipt>;
}

/** The receiver did not take a message. */
export class DeliveryError extends Error {
  /** True: trying again will not help. */
  readonly permanent: boolean;
  /** How long the receiver asked to be left alone. */
  readonly retryAfterMs: Millis | null;
  readonly status: number | null;
  /** Its words or ours, at most 500 characters, secrets masked. */
  readonly answer: string;

  constructor(refusal: { permanent: boolean; answer: string; retryAfterMs?: Millis | null; status?: number | null }) {
    const answer = tidyAnswer(refusal.answer);
    super(answer);
    this.name = "DeliveryError";
    this.permanent = refusal.permanent;
    this.retryAfterMs = refusal.retryAfterMs ?? null;
    this.status = refusal.status ?? null;
    this.answer = answer;
  }
}

/** What is kept of a receiver's answer: one line, 500 characters, secrets masked. */
export function tidyAnswer(answer: string): string {
  return cleanLine(maskSecrets(answer.slice(0, 4_000)), 500);
}

/** A kind without the type of its settings: they are stored as the texts that were typed. */
export type Channel = Pick<ChannelKind<unknown>, "kind" | "label" | "hint" | "fields" | "unavailable"> & {
  operatorsOnly: boolean;
  keepsIncidents: boolean;
  /** Checks what a person typed. @throws AppError `invalid` with the field it is about. */
  check(input: Readonly<Record<string, string>>): { settings: Record<string, string>; summary: string };
  /** Sends with stored settings. @throws DeliveryError */
  send(settings: Readonly<Record<string, string>>, message: AlertMessage, context: SendContext): Promise<SendReceipt>;
};

/** Hides the type of a kind's settings, so that a registry can hold all kinds. */
export function channelOf<S>(kind: ChannelKind<S>): Channel {
  return {
    kind: kind.kind,
    label: kind.label,
    hint: kind.hint,
    fields: kind.fields,
    unavailable: kind.unavailable,
    operatorsOnly: kind.operatorsOnly ?? false,
    keepsIncidents: kind.keepsIncidents ?? false,
    check(input) {
      if (kind.unavailable !== null) throw new AppError("invalid", kind.unavailable, "kind");
      const settings = Object.fromEntries(kind.fields.map(({ name }) => [name, (input[name] ?? "").trim()]));
      return { settings, summary: kind.summary(kind.parseSettings(settings)) };
    },
    async send(settings, message, context) {
      if (kind.unavailable !== null) throw new DeliveryError({ permanent: true, answer: kind.unavailable });
      const mask = createMask(kind.fields, settings);
      try {
        const receipt = await kind.send(readStored(kind, settings), message, context);
        return { ...receipt, answer: mask(receipt.answer) };
      } catch (error) {
        if (!(error instanceof DeliveryError)) throw error;
        const { permanent, retryAfterMs, status, answer } = error;
        throw new DeliveryError({ permanent, retryAfterMs, status, answer: mask(answer) });
      }
    },
  };
}

/** Stored settings that the rules of today refuse cannot be sent with. */
function readStored<S>(kind: ChannelKind<S>, settings: Readonly<Record<string, string>>): S {
  try {
    return kind.parseSettings(settings);
  } catch (error) {
    if (error instanceof AppError) throw new DeliveryError({ permanent: true, answer: error.message });
    throw error;
  }
}
