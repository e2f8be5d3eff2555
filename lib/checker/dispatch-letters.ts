import { addressDigest, type LinkSigner } from "../delivery/signed-link.ts";
import type { AlertMessage, MessageInput } from "../domain/message.ts";
import { GRACE_LINK_LIFE_MS, graceClaims } from "../domain/reports/grace-link.ts";
import {
  UNSUBSCRIBE_LINK_LIFE_MS,
  unsubscribeClaims,
  type UnsubscribeLink,
} from "../domain/reports/unsubscribe-link.ts";
import { SEEN_LABEL, SEEN_LINK_LIFE_MS, seenClaims } from "../domain/seen-link.ts";

/** A report with links by which its reader puts proposals in force, where that reader may. */
export function withGraceLinks(signer: LinkSigner, input: MessageInput): MessageInput {
  if (input.event !== "report" || !input.facts.mayChange) return input;
  const { at, baseUrl, facts } = input;
  const links = facts.graces.top.map(({ jobId, graceMs, proposedMs }): [string, string] => {
    const claims = graceClaims({ jobId, userId: facts.userId, graceMs, proposedMs });
    // From the report, not from now: the same mail is sent again at every attempt.
    return [jobId, `${baseUrl}/grace/${signer.sign(claims, at + GRACE_LINK_LIFE_MS)}`];
  });
  return { ...input, graceLinks: new Map(links) };
}

/** A drill's message with the link by which people confirm that it came in front of their eyes. */
export function withSeenLink(
  signer: LinkSigner,
  message: AlertMessage,
  { input, deliveryId }: { input: MessageInput; deliveryId: string },
): AlertMessage {
  if (input.event !== "test" || input.facts.drillId === undefined) return message;
  const token = signer.sign(seenClaims(deliveryId), input.at + SEEN_LINK_LIFE_MS);
  return { ...message, actions: [{ label: SEEN_LABEL, url: `${input.baseUrl}/seen/${token}` }] };
}

/** Where a mail program unsubscribes its reader at one click (RFC 8058); null for what is no report and no mail channel. */
export function unsubscribeUrlOf(
  signer: LinkSigner,
  mail: { input: MessageInput; channel: { id: string; kind: string } | null; to: string },
): string | null {
  const { input } = mail;
  const link = unsubscribeLink(mail);
  if (link === null) return null;
  const token = signer.sign(unsubscribeClaims(link), input.at + UNSUBSCRIBE_LINK_LIFE_MS);
  return `${input.baseUrl}/api/unsubscribe/${token}`;
}

function unsubscribeLink({ input, channel, to }: Parameters<typeof unsubscribeUrlOf>[1]): UnsubscribeLink | null {
  if (channel !== null) {
    return channel.kind === "email" ? { about: "channel", channelId: channel.id, address: addressDigest(to) } : null;
  }
  if (input.event !== "report" || input.project === null) return null;
  const { userId, period } = input.facts;
  return { about: "report", projectId: input.project.id, userId, period };
}
