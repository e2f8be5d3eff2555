import { attemptSend, type Attempt } from "../delivery/attempt.ts";
import type { Channel } from "../delivery/channel.ts";
import type { Channels } from "../delivery/kinds.ts";
import type { LinkSigner } from "../delivery/signed-link.ts";
import type { AlertEvent } from "../domain/incident.ts";
import { composeMessage, sentAt, type AlertMessage, type MessageInput } from "../domain/message.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { ClaimedDelivery } from "../store/deliveries.ts";
import type { Bundle } from "../store/deliveries-bundle.ts";
import type { DeliveryContext } from "../store/deliveries-context.ts";
import type { DeliveryResult } from "../store/deliveries-results.ts";
import { withActions } from "./dispatch-actions.ts";
import type { Cargo } from "./dispatch-bundle.ts";
import { unsubscribeUrlOf, withGraceLinks, withSeenLink } from "./dispatch-letters.ts";
import { resultOf } from "./dispatch-result.ts";

/** A claimed delivery in hand. `attempt` moves on where this process claims it again because its lease ran out. */
export type Held = Omit<ClaimedDelivery, "attempt"> & {
  attempt: number;
  context: DeliveryContext;
  /** What leaves with it; null: it leaves alone. */
  bundle: Bundle | null;
};

/** How one attempt went, for figures. */
export type AttemptReport = {
  kind: string;
  event: AlertEvent;
  attempt: number;
  accepted: boolean;
  permanent: boolean;
  /** From the limit that was broken to the beginning of this attempt; null where it was not to leave at once. */
  waitedMs: Millis | null;
  tookMs: Millis;
};

export type SenderDeps = {
  clock: { now(): Instant };
  log: Logger;
  channels: Channels;
  /** Opens the sealed settings of channels. */
  secrets: { open(sealed: string): string };
  /** Of links by which people act on what they are told. */
  links: LinkSigner;
  onAttempt?: (report: AttemptReport) => void;
  random?: () => number;
  /** Breaks off what is under way. */
  signal: AbortSignal;
};

const REMEMBERED = 500;

/** Words, sends and reports one message; never rejects. */
export type Sender = (held: Held, cargo: Cargo) => Promise<{ ended: Attempt; result: DeliveryResult }>;

export function createSender(given: SenderDeps): Sender {
  const { clock, random = Math.random } = given;
  const deps = { ...given, secrets: rememberOpened(given.secrets) };
  return async (held, cargo) => {
    const startedAt = clock.now();
    const { ended, ...known } = await attempt(deps, held, cargo);
    const finishedAt = clock.now();
    const result = resultOf({ ...held, ...known, startedAt, finishedAt, ended, left: cargo.left }, random());
    logResult(deps.log, held, ended, result, finishedAt - startedAt);
    deps.onAttempt?.({
      kind: held.kind,
      event: held.context.input?.event ?? "report",
      attempt: held.attempt,
      accepted: ended.accepted,
      permanent: !ended.accepted && ended.permanent,
      waitedMs: held.context.lagFrom === null ? null : startedAt - held.context.lagFrom,
      tookMs: finishedAt - startedAt,
    });
    return { ended, result };
  };
}

async function attempt(
  deps: SenderDeps,
  held: Held,
  { input, thread }: Cargo,
): Promise<{ ended: Attempt; verdict: string; kindLabel: string }> {
  const known = { verdict: "", kindLabel: held.kind };
  try {
    const { channel, settings, message, unsubscribeUrl } = prepare(deps, held, input);
    known.verdict = message.verdict;
    known.kindLabel = channel.label;
    const keyOf = (id: string): string => `${id}.${held.lane}`;
    const threadKey = thread === null ? null : keyOf(thread);
    const joinedKeys = (message.incident?.alone ?? []).map(({ id }) => keyOf(id));
    const earlierId = held.bundle === null ? held.context.earlierId : held.bundle.earlierId;
    const { id: deliveryId, attempt: nth } = held;
    const ids = { deliveryId, attempt: nth, threadKey, joinedKeys, earlierId };
    const context = { ...ids, unsubscribeUrl, signal: deps.signal };
    return { ...known, ended: await attemptSend(channel, settings, message, context) };
  } catch (error) {
    // Settings that do not open, a kind that is gone, a mistake of ours: a person can repair it within a day.
    const failed = { accepted: false, permanent: false, retryAfterMs: null, status: null } as const;
    return { ...known, ended: { ...failed, answer: messageOf(error), bug: error } };
  }
}

/** In a storm the same few channels are opened thousands of times. */
function rememberOpened(secrets: SenderDeps["secrets"]): SenderDeps["secrets"] {
  const opened = new Map<string, string>();
  return {
    open(sealed) {
      const known = opened.get(sealed) ?? secrets.open(sealed);
      if (opened.size >= REMEMBERED) opened.clear();
      opened.set(sealed, known);
      return known;
    },
  };
}

type Prepared = {
  channel: Channel;
  settings: Readonly<Record<string, string>>;
  message: AlertMessage;
  unsubscribeUrl: string | null;
};

function prepare(deps: SenderDeps, held: Held, given: MessageInput | null): Prepared {
  const { channels, clock, secrets, links } = deps;
  const { id: deliveryId, context, kind, bundle } = held;
  if (given === null) throw new Error("This alert has no wording.");
  const input = withGraceLinks(links, given);
  const open = bundle?.openInAll ?? 1;
  const acting = withActions(links, composeMessage(sentAt(input, clock.now())), { input, receiver: context, open });
  const message = withSeenLink(links, acting, { input, deliveryId });
  const settings: Prepared["settings"] =
    context.channel === null
      ? { to: context.recipient ?? "" }
      : parseSettings(secrets.open(context.channel.sealedSettings));
  const unsubscribeUrl = unsubscribeUrlOf(links, { channel: context.channel, input, to: settings.to ?? "" });
  return { channel: channels.get(kind), settings, message, unsubscribeUrl };
}

/** Settings are sealed as JSON of the texts that `Channel.check` answered. */
function parseSettings(json: string): Readonly<Record<string, string>> {
  return JSON.parse(json) as Record<string, string>;
}

function logResult(log: Logger, held: Held, ended: Attempt, { outcome }: DeliveryResult, tookMs: Millis): void {
  const { jobId, runNumber, incidentId } = held.context;
  const { id: deliveryId, kind, attempt: nth } = held;
  const line = { jobId, runNumber, incidentId, deliveryId, kind, attempt: nth, status: ended.status, tookMs };
  if (ended.accepted) {
    log.info(line, "Delivered");
    return;
  }
  if (ended.bug !== null) log.error({ ...line, err: ended.bug }, "A delivery could not be sent");
  if (outcome.state === "retry") {
    log.warn({ ...line, answer: ended.answer, nextAt: new Date(outcome.at) }, "Not delivered, tried again later");
  } else {
    log.error({ ...line, answer: ended.answer }, "Not delivered, given up");
  }
}
