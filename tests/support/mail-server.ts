import { connect, type Socket } from "node:net";
import { createTransport, type SentMessageInfo, type SendMailOptions } from "nodemailer";
import { createLog } from "../../lib/log.ts";
import { type MailLimits, type MailListener, openMailListener } from "../../lib/ping/mail/listener.ts";
import type { MailResult } from "../../lib/ping/mail/reception.ts";
import type { TestDatabase } from "./database.ts";
import { type PingServer, startPingServer } from "./ping-server.ts";

/** The real listener for pings by mail, with the real ping path behind it. */
export type MailServer = {
  listener: MailListener;
  pings: PingServer;
  /** How each recipient was answered. */
  results: MailResult[];
  /** Sends a mail as programs do. Rejects with the server's answer in `response`. */
  send(mail: SendMailOptions): Promise<SentMessageInfo>;
  close(): Promise<void>;
};

type Options = {
  limits?: Partial<MailLimits>;
  onlyDomain?: string;
  bodyLimit?: number;
  pingLimits?: Parameters<typeof startPingServer>[1] extends { limits?: infer L } | undefined ? L : never;
};

export async function startMailServer(database: TestDatabase, options: Options = {}): Promise<MailServer> {
  const { bodyLimit, pingLimits, onlyDomain, limits } = options;
  const pings = await startPingServer(database, { bodyLimit, limits: pingLimits });
  const results: MailResult[] = [];
  const listener = await openMailListener({
    intake: pings.intake,
    log: createLog("silent"),
    host: "127.0.0.1",
    port: 0,
    domain: "ping.example.org",
    onlyDomain: onlyDomain ?? null,
    onMail: ({ result }) => results.push(result),
    limits,
  });
  const transport = createTransport({ host: "127.0.0.1", port: listener.port, ignoreTLS: true, socketTimeout: 20_000 });
  return {
    listener,
    pings,
    results,
    send: (mail) => transport.sendMail({ from: "cron@db-03.example.org", ...mail }),
    async close() {
      transport.close();
      await listener.close(1_000);
      await pings.close();
    },
  };
}

/** A client that says whatever it is told to. */
export type RawClient = {
  socket: Socket;
  /** Everything that the server has said. */
  readonly said: string;
  /** Sends as it is. */
  write(bytes: string | Buffer): void;
  /** Sends one line and resolves with the answer to it. */
  say(line: string): Promise<string>;
  /** Resolves with the next whole answer. */
  answer(): Promise<string>;
  /** Resolves with everything that was said, when the server has ended the connection. */
  ended: Promise<string>;
};

const WHOLE_ANSWER = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/;

export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  let read = 0;
  socket.on("data", (chunk: Buffer) => (said += chunk.toString()));
  socket.on("error", () => {});
  const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(said)));
  const answer = async (): Promise<string> => {
    for (;;) {
      const whole = WHOLE_ANSWER.exec(said.slice(read))?.[0];
      if (whole !== undefined) {
        read += whole.length;
        return whole.trimEnd();
      }
      if (socket.closed) throw new Error(`The connection ended after: ${said}`);
      await Promise.race([new Promise((resolve) => socket.once("data", resolve)), ended]);
    }
  };
  return {
    socket,
    get said() {
      return said;
    },
    write: (bytes) => void socket.write(bytes),
    say(line) {
      socket.write(`${line}\r\n`);
      return answer();
    },
    answer,
    ended,
  };
}

/** Goes as far as the mail itself: what is written next is its text. */
export async function beginMail(port: number, ...recipients: string[]): Promise<RawClient> {
  const client = await connectRaw(port);
  await client.answer();
  await client.say("EHLO db-03.example.org");
  await client.say("MAIL FROM:<cron@db-03.example.org>");
  for (const recipient of recipients) await client.say(`RCPT TO:<${recipient}>`);
  await client.say("DATA");
  return client;
}
