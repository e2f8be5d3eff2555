import type { LinkSigner } from "../delivery/signed-link.ts";
import { ACT_LINK_LIFE_MS, actLabel, ACTS, type ActLink, claimsOf, offersActs } from "../domain/act-link.ts";
import type { AlertMessage, MessageInput, MessageLink } from "../domain/message.ts";

/** Who gets a message. */
type Receiver = { channel: { id: string } | null; recipient: string | null };

/**
 * The message with links by which whoever reads it can look after what it tells of.
 * `open`: on how many open incidents they act.
 */
export function withActions(
  signer: LinkSigner,
  message: AlertMessage,
  { input, receiver, open }: { input: MessageInput; receiver: Receiver; open: number },
): AlertMessage {
  if (message.incident === null || !offersActs(message.event)) return message;
  const about = "outage" in input ? "outage" : "incident";
  const { channel, recipient } = receiver;
  const link: Omit<ActLink, "act"> = { about, id: message.incident.id, channelId: channel?.id ?? null, recipient };
  // From the alert, not from now: the same message is sent again at every attempt.
  const expiresAt = message.at + ACT_LINK_LIFE_MS;
  const actions = ACTS.map((act): MessageLink => {
    return {
      label: actLabel(act, open),
      url: `${input.baseUrl}/act/${signer.sign(claimsOf({ ...link, act }), expiresAt)}`,
    };
  });
  return { ...message, actions };
}
