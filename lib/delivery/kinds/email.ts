import type { AlertMessage } from "../../domain/message.ts";
import { AppError } from "../../errors.ts";
import type { ChannelKind, SendContext } from "../channel.ts";
import { DeliveryError } from "../channel.ts";
import { renderMail } from "../markup/mail.ts";
import { renderReport } from "../markup/report-mail.ts";
import type { Mail, Mailer } from "../mailer.ts";

export type EmailSettings = { to: string };

/** Without SMTP_URL. */
export const MAIL_UNAVAILABLE =
  "Belfry cannot send mail yet: its operator sets SMTP_URL, such as smtp://user:password@mail.example.org:587, and restarts it.";

// One plain address: no names, no lists, nothing that could end a header.
const ADDRESS = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,255}$/u;

/** Mail to one address. `mailer` is null without SMTP_URL. */
export function emailKind(mailer: Mailer | null): ChannelKind<EmailSettings> {
  return {
    kind: "email",
    label: "E-mail",
    hint: "A person or a list.",
    fields: [{ name: "to", label: "Address", placeholder: "ops@example.org" }],
    unavailable: mailer === null ? MAIL_UNAVAILABLE : null,
    parseSettings({ to = "" }) {
      if (ADDRESS.test(to)) return { to };
      throw new AppError("invalid", "Write one mail address, such as ops@example.org.", "to");
    },
    summary: ({ to }) => to,
    async send({ to }, message, context) {
      if (mailer === null) throw new DeliveryError({ permanent: true, answer: MAIL_UNAVAILABLE });
      const ids = threadIds(message, context, mailer.domain);
      const { unsubscribeUrl = null, signal } = context;
      const content =
        message.report === undefined
          ? renderMail(message, unsubscribeUrl)
          : renderReport(message.report, unsubscribeUrl);
      const { status, answer } = await mailer.send({ ...content, to, ...ids, unsubscribeUrl, signal });
      return { status, answer, externalId: `<${ids.messageId}>` };
    },
  };
}

/** As much as stays a short header. */
const MOST_JOINED = 10;

/**
 * Ids that every attempt of a delivery comes to again: mail programs show one mail of an id only. The mail that opens an
 * incident is the root of its thread, whether it arrived or not; an outage's is one that nobody sent, as two may be the first.
 */
function threadIds(
  message: AlertMessage,
  { deliveryId, threadKey, joinedKeys = [], earlierId }: SendContext,
  domain: string,
): Pick<Mail, "messageId" | "inReplyTo" | "joins"> {
  const own = `${deliveryId}@${domain}`;
  if (threadKey === null) return { messageId: own, inReplyTo: null, joins: [] };
  const rootOf = (key: string): string => `incident.${key.replace(/[^\w.-]/g, "_")}@${domain}`;
  const root = rootOf(threadKey);
  const opens = message.event === "opened" || message.event === "unstable";
  if (opens && earlierId === null && message.members.length === 0)
    return { messageId: root, inReplyTo: null, joins: [] };
  return { messageId: own, inReplyTo: root, joins: joinedKeys.slice(0, MOST_JOINED).map(rootOf) };
}
