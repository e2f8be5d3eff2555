import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import { createArrivals } from "./arrivals.ts";
import { TEST_CERTIFICATE } from "./certificate.ts";
import { parseMail, type ParsedMail } from "./mime.ts";

export type SunkMail = ParsedMail & {
  from: string;
  to: string[];
  subject: string;
  /** With angle brackets; the next two as well, empty where the header is absent. */
  messageId: string;
  inReplyTo: string;
  references: string;
  raw: string;
};

/**
 * How a mail server behaves from now on; numbers are its reply to that command. `lost`: takes the mail, then hangs up.
 * `cut`: hangs up in the middle of it.
 */
export type SmtpBehaviour = {
  greeting?: "silent" | number | { afterMs: number };
  sender?: number;
  recipient?: number;
  data?: "lost" | "cut" | "silent" | number;
  /** `recipient` and `data` only of mails to this address. Default: of all. */
  to?: string;
};

export type SmtpSink = {
  /** For SMTP_URL. */
  url: string;
  /** Every mail that came in whole. */
  messages: SunkMail[];
  received(count: number): Promise<void>;
  behave(behaviour: SmtpBehaviour): void;
  close(): Promise<void>;
};

/**
 * A mail server on loopback that takes everything until it is told otherwise. With `startTls` it offers encryption under
 * a certificate that nobody trusts.
 */
export async function startSmtpSink(options: { startTls?: boolean } = {}): Promise<SmtpSink> {
  const arrivals = createArrivals<SunkMail>();
  let behaviour: SmtpBehaviour = {};
  const server: SMTPServer = new SMTPServer({
    disabledCommands: options.startTls === true ? ["AUTH"] : ["AUTH", "STARTTLS"],
    ...TEST_CERTIFICATE,
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect(_session, callback) {
      const { greeting } = behaviour;
      if (typeof greeting === "object") setTimeout(callback, greeting.afterMs);
      else if (greeting !== "silent") callback(refusal(greeting));
    },
    onMailFrom(_address, _session, callback) {
      callback(refusal(behaviour.sender));
    },
    onRcptTo({ address }, _session, callback) {
      callback(refusal(concerns(address) ? behaviour.recipient : undefined));
    },
    onData(stream, session, callback) {
      if (behaviour.data === "cut") stream.once("data", hangUp);
      const whole = (raw: string): void => {
        const data = concerns(session.envelope.rcptTo[0]?.address) ? behaviour.data : undefined;
        if (data === undefined || data === "lost") {
          const { mailFrom, rcptTo } = session.envelope;
          const to = rcptTo.map(({ address }) => address);
          arrivals.add(mailOf(raw, mailFrom === false ? "" : mailFrom.address, to));
        }
        if (data === "lost") hangUp();
        else if (data !== "silent" && data !== "cut") callback(refusal(data));
      };
      // A mail that breaks off is none.
      void readAll(stream).then(whole, () => undefined);
    },
  });
  const concerns = (address: string | undefined): boolean => behaviour.to === undefined || behaviour.to === address;
  const hangUp = (): void => {
    for (const connection of server.connections) connection._socket.destroy();
  };
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages: arrivals.all,
    received: arrivals.reached,
    behave(next) {
      behaviour = next;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(code: number | undefined): Error | null {
  return code === undefined ? null : Object.assign(new Error(`refused with ${code}`), { responseCode: code });
}

async function readAll(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function mailOf(raw: string, from: string, to: string[]): SunkMail {
  const parsed = parseMail(raw);
  const header = (name: string): string => parsed.headers.get(name) ?? "";
  return {
    ...parsed,
    from,
    to,
    subject: header("subject"),
    messageId: header("message-id"),
    inReplyTo: header("in-reply-to"),
    references: header("references"),
    raw,
  };
}
