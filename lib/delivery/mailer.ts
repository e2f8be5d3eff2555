import { createTransport, type Transporter, type NodemailerError } from "nodemailer";
import { SECOND, type Millis } from "../domain/time.ts";
import { DeliveryError } from "./channel.ts";
import type { MailContent } from "./markup/mail.ts";

export type Mail = MailContent & {
  to: string;
  /** Without angle brackets. */
  messageId: string;
  /** Message-ID of the first mail of the thread; null where this is it, or there is none. */
  inReplyTo: string | null;
  /** What else belongs to its thread, by Message-ID, oldest first: mail programs put together what one of them names. */
  joins: readonly string[];
  /** Unsubscribes at a POST (RFC 8058); null: there is nothing to unsubscribe from. */
  unsubscribeUrl: string | null;
  signal: AbortSignal;
};

/** Mail over the operator's SMTP server. */
export type Mailer = {
  /** Host part of the Message-IDs it makes. */
  domain: string;
  /** Resolves with the server's answer when it has taken the mail. @throws DeliveryError */
  send(mail: Mail): Promise<{ status: number | null; answer: string }>;
  close(): void;
};

export type MailerOptions = {
  smtpUrl: string;
  mailFrom: string;
  /** Shorter in tests. */
  timeouts?: MailTimeouts;
};

export type MailTimeouts = { greetingMs: Millis; idleMs: Millis; totalMs: Millis };

/** After the mail's last line a server may scan it for a while; giving up then would send it twice. */
const TIMEOUTS: MailTimeouts = { greetingMs: 10 * SECOND, idleMs: 40 * SECOND, totalMs: 60 * SECOND };

export function openMailer({ smtpUrl, mailFrom, timeouts = TIMEOUTS }: MailerOptions): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 8,
    // A connection that breaks is an attempt that failed: the outbox counts and repeats it, the pool does not.
    maxRequeues: 0,
    idleTimeout: 10 * SECOND,
    connectionTimeout: timeouts.greetingMs,
    greetingTimeout: timeouts.greetingMs,
    dnsTimeout: timeouts.greetingMs,
    socketTimeout: timeouts.idleMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // Without a listener an idle connection's failure would end the process; each send learns of its own.
  transport.on("error", () => undefined);
  return {
    domain: domainOf(mailFrom),
    send: (mail) => sendMail(transport, mailFrom, mail, timeouts.totalMs),
    close: () => transport.close(),
  };
}

async function sendMail(
  transport: Transporter,
  from: string,
  mail: Mail,
  totalMs: Millis,
): Promise<{ status: number | null; answer: string }> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), totalMs);
  const onAbort = (): void => limit.abort();
  if (mail.signal.aborted) limit.abort();
  mail.signal.addEventListener("abort", onAbort, { once: true });
  try {
    const { response = "" } = await transport.sendMail({
      from,
      to: { name: "", address: mail.to },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: `<${mail.messageId}>`,
      ...threadHeaders(mail),
      // No vacation notes and no bounces of robots in return.
      headers: {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        ...unsubscribeHeaders(mail.unsubscribeUrl),
      },
      signal: limit.signal,
    });
    return { status: Number(/^\d{3}/.exec(response)?.[0] ?? 250), answer: response };
  } catch (error) {
    throw refusalOf(error);
  } finally {
    clearTimeout(timer);
    mail.signal.removeEventListener("abort", onAbort);
  }
}

function threadHeaders({ inReplyTo, joins }: Mail): { inReplyTo?: string; references?: string[] } {
  if (inReplyTo === null) return {};
  return { inReplyTo: `<${inReplyTo}>`, references: [...joins, inReplyTo].map((id) => `<${id}>`) };
}

function unsubscribeHeaders(url: string | null): Record<string, string> {
  return url === null ? {} : { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
}

const FAILURES: Readonly<Record<string, string>> = {
  EAUTH: "The mail server refused the user name or password of SMTP_URL.",
  EDNS: "The host name in SMTP_URL is not known.",
  ETIMEDOUT: "The mail server did not answer in time.",
  EABORT: "The mail server did not take the mail in time.",
  ETLS: "No encrypted connection to the mail server came about.",
  ECONNECTION: "The connection to the mail server was closed.",
  ESOCKET: "The connection to the mail server failed.",
};

const CERTIFICATE_ADVICE =
  "Where that certificate is known to be right, such as that of a relay on the same machine, add ?tls.rejectUnauthorized=false to SMTP_URL.";

/**
 * For good is only what the server says about this mail: a 5xx to sender, recipient or content, or a mail that cannot be
 * sent at all. A wrong password or a server that is away concerns every mail and can be repaired within a day.
 */
function refusalOf(thrown: unknown): DeliveryError {
  // Whatever nodemailer throws is an Error; the other fields are optional.
  const error: NodemailerError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const aboutTheMail = error.code === "EENVELOPE" || error.code === "EMESSAGE";
  const words = FAILURES[error.code ?? ""] ?? "";
  const certificate = /certificate|altname/i.test(error.message) ? CERTIFICATE_ADVICE : "";
  return new DeliveryError({
    permanent: aboutTheMail && (error.permanent ?? true),
    status: error.responseCode ?? null,
    answer: [words, error.response ?? error.message, certificate].filter((text) => text !== "").join(" "),
  });
}

/** Of `Belfry <belfry@example.org>`: example.org. */
function domainOf(mailFrom: string): string {
  return /@([\w.-]+)>?\s*$/.exec(mailFrom)?.[1] ?? "belfry.invalid";
}
