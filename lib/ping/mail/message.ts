import PostalMime, { type Email } from "postal-mime";
import type { Instant } from "../../domain/time.ts";
import { readLine, readText } from "../parameters.ts";
import { textOfHtml } from "./html-text.ts";

/** What a mail says to Belfry. */
export type MailMessage = {
  subject: string | null;
  /** The sender's address as the mail itself gives it. */
  from: string | null;
  text: Buffer;
  /** A bounce, or the answer of a machine to some other mail: not the word of a job. */
  automatic: boolean;
  messageId: string | null;
  /** By the sender's clock. */
  sentAt: Instant | null;
};

// The parser takes some microseconds for every line, and nobody else is served meanwhile.
const MOST_LINES = 10_000;
const LIMITS = { maxNestingDepth: 50, maxRfc822NestingDepth: 2, maxHeadersSize: 64_000 };
const LONGEST_SUBJECT = 1_000;
const LONGEST_FROM = 200;

/** Without any of them it is no mail, but the words of a script that knows nothing of headers. */
const HEADERS = new Set(
  ["from", "to", "cc", "subject", "date", "message-id", "sender", "reply-to", "received", "return-path"].concat([
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "dkim-signature",
  ]),
);

/** Reads a mail, or its beginning. What is no mail, or one that cannot be read, is text as it is. */
export async function readMessage(raw: Buffer): Promise<MailMessage> {
  try {
    const mail = await PostalMime.parse(cutLines(raw), LIMITS);
    return mail.headers.some(({ key }) => HEADERS.has(key)) ? messageOf(mail) : plainText(raw);
  } catch {
    return plainText(raw);
  }
}

function messageOf(mail: Email): MailMessage {
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value.toLowerCase() ?? "";
  const sentAt = Date.parse(mail.date ?? "");
  return {
    subject: readText(mail.subject, LONGEST_SUBJECT),
    from: readLine(mail.from?.address, LONGEST_FROM),
    text: Buffer.from((mail.text ?? textOfHtml(mail.html ?? "")).trimEnd()),
    automatic:
      header("auto-submitted").startsWith("auto-replied") || header("content-type").startsWith("multipart/report"),
    messageId: mail.messageId ?? null,
    sentAt: Number.isNaN(sentAt) ? null : sentAt,
  };
}

function plainText(raw: Buffer): MailMessage {
  return { subject: null, from: null, text: raw, automatic: false, messageId: null, sentAt: null };
}

function cutLines(raw: Buffer): Buffer {
  let end = -1;
  for (let lines = 0; lines < MOST_LINES; lines += 1) {
    end = raw.indexOf(0x0a, end + 1);
    if (end === -1) return raw;
  }
  return raw.subarray(0, end + 1);
}
