import type { Server } from "node:net";
import { SMTPServer } from "smtp-server";
import { MINUTE, SECOND, type Millis } from "../../domain/time.ts";
import { AppError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { Intake } from "../intake.ts";
import { type GuestLimits, Guests } from "./guests.ts";
import { type OnMail, Reception } from "./reception.ts";

export type MailLimits = GuestLimits & {
  /** Larger mails are refused. */
  mailBytes: number;
  /** Of mails that are being read, all together. */
  heldBytes: number;
  recipients: number;
  /** Wrong recipients that one connection may name. */
  refusals: number;
  /** Without a byte from the client. */
  silenceMs: Millis;
};

export type MailOptions = {
  intake: Intake;
  log: Logger;
  host: string;
  port: number;
  /** What it calls itself. */
  domain: string;
  /** Mail for other domains than that one is refused; null: none is. */
  onlyDomain: string | null;
  onMail: OnMail;
  /** Only tests have others than the usual ones. */
  limits?: Partial<MailLimits>;
};

export type MailListener = {
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Takes no new mails, and resolves when those that are being stored are answered, or after `patienceMs`. */
  close(patienceMs: Millis): Promise<void>;
};

const LIMITS: MailLimits = {
  connections: 500,
  connectionsPerAddress: 100,
  mailsPerMinute: 30_000,
  patienceMs: 5 * MINUTE,
  mailBytes: 25_000_000,
  heldBytes: 64_000_000,
  recipients: 20,
  refusals: 20,
  silenceMs: MINUTE,
};
const LATE_CHECKED_EVERY_MS = 5 * SECOND;
/** Above the limit connections get a word of explanation; far above it they do not. */
const ROOM_FOR_REFUSALS = 200;
/** Those that we have no use for, and jokes. */
const DISABLED = ["AUTH", "STARTTLS", "XCLIENT", "XFORWARD", "WIZ", "SHELL", "KILL"];

/**
 * Opens the port for pings by mail: it takes mail for jobs and no other, and passes none on.
 * @throws AppError `conflict` where the port is taken, `invalid` where the address is not ours or not allowed.
 */
export async function openMailListener(options: MailOptions): Promise<MailListener> {
  const { host, port } = options;
  const limits = { ...LIMITS, ...options.limits };
  const guests = new Guests(limits);
  const server = createServer(options, { guests, limits });
  await listen(server.server, host, port);
  const watch = setInterval(() => guests.endLate(), Math.min(LATE_CHECKED_EVERY_MS, limits.patienceMs)).unref();
  return {
    port: portOf(server.server),
    get connections() {
      return guests.size;
    },
    async close(patienceMs) {
      clearInterval(watch);
      guests.close();
      const late = setTimeout(() => guests.destroy(), patienceMs);
      await new Promise<void>((resolve) => server.server.close(() => resolve()));
      clearTimeout(late);
    },
  };
}

function createServer(options: MailOptions, parts: { guests: Guests; limits: MailLimits }): SMTPServer {
  const { intake, log, onlyDomain, onMail } = options;
  const { guests, limits } = parts;
  const reception = new Reception({ intake, log, onlyDomain, onMail, guests, limits });
  const server = new SMTPServer({
    name: options.domain,
    banner: "Belfry takes pings",
    heloResponse: "%s",
    disabledCommands: DISABLED,
    disableReverseLookup: true,
    logger: false,
    size: limits.mailBytes,
    rejectOversized: true,
    maxRecipients: limits.recipients,
    lenientAddressParsing: true,
    socketTimeout: limits.silenceMs,
    onMailFrom: (_address, session, reply) => reception.sender(session, reply),
    // Never at once: two mails in one packet, all answered at once, make it forget what comes after the second.
    onRcptTo: (address, session, reply) =>
      reception.recipient(address, session, (error) => void setImmediate(reply, error)),
    onData: (stream, session, reply) => void reception.mail(stream, session, reply),
  });
  // Accepting can fail while it runs (too many open files), and clients break off: that costs one connection.
  server.on("error", (error) => log.debug({ err: error }, "a mail connection failed"));
  server.server.maxConnections = limits.connections + ROOM_FOR_REFUSALS;
  // Its own way in knows no bounds for one address.
  server.server.removeAllListeners("connection").on("connection", (socket) => {
    const guest = guests.admit(socket);
    if (guest !== null) server.connect(socket, { id: guest.id });
  });
  return server;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port));
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return new AppError(
        "conflict",
        `Port ${port} on ${host}, for pings by mail, is taken by another program. Set MAIL_PORT to a free one.`,
        "MAIL_PORT",
      );
    case "EACCES":
      return new AppError(
        "invalid",
        `This user may not listen on port ${port}. Set MAIL_PORT to one above 1023, and let your mail server or firewall pass port 25 on to it.`,
        "MAIL_PORT",
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new AppError(
        "invalid",
        `MAIL_HOST="${host}" is not an address of this machine. Try 127.0.0.1 or 0.0.0.0.`,
        "MAIL_HOST",
      );
    default:
      return error;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The mail listener has no TCP port.");
  return address.port;
}
