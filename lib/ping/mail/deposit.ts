import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { HOUR, MINUTE, type Millis } from "../../domain/time.ts";
import type { Verdict } from "../buffer.ts";
import { createCache } from "../cache.ts";
import type { PingEvent } from "../event.ts";
import type { Intake } from "../intake.ts";
import { type Client, NO_BODY } from "../ticket.ts";
import type { Letter } from "./letter.ts";
import { type MailMessage, readMessage } from "./message.ts";

/** A recipient whose job is known. `url`: the address as it came. */
export type Addressee = { event: PingEvent; jobId: string; url: string };

export type Delivery = { letter: Letter & { raw: Buffer }; addressees: readonly Addressee[]; client: Client };

/** Stores mails as pings, one for each recipient, and tells the verdict on each. */
export type Deposit = (delivery: Delivery) => Promise<Verdict[]>;

const MAILS_KNOWN = 10_000;
const KNOWN_MS = HOUR;
const LONG_MS = 20;
const RESTS = 2;
const CLOCKS_DIFFER_MS = 5 * MINUTE;

/**
 * A server that did not hear our answer, or of whose recipients some could not be stored, sends the very same mail again.
 * It is known again for an hour; by its own date it must be that young, lest a file that is sent each night, date and id
 * included, counts only once.
 */
export function createDeposit(intake: Intake): Deposit {
  const stored = createCache<true>({ size: MAILS_KNOWN, ttlMs: KNOWN_MS });
  const read = createReader();

  return async ({ letter, addressees, client }) => {
    const receivedAt = intake.now();
    const message = await read(letter.raw);
    const age = message.sentAt === null ? Number.NaN : receivedAt - message.sentAt;
    const recognised = message.messageId !== null && age < KNOWN_MS && age > -CLOCKS_DIFFER_MS;
    const sender = { ...client, userAgent: message.from ?? client.userAgent };

    async function book({ event, jobId }: Addressee): Promise<Verdict> {
      const key = `${jobId} ${event.action} ${event.exitCode} ${letter.digest}`;
      if (recognised && stored.get(key, performance.now()) === true) return "stored";
      const body = message.text.length === 0 ? NO_BODY : intake.bodies.hold(message.text);
      if (body === null) return "unavailable";
      const ping = { event: meant(event, message), jobId, receivedAt, client: sender, body };
      const verdict = await new Promise<Verdict>((resolve) => intake.book(ping, resolve));
      if (recognised && verdict === "stored") stored.set(key, true, performance.now());
      return verdict;
    }
    return Promise.all(addressees.map(book));
  };
}

/** Reads mails one after the other, and rests after one that took long: who sends pings in other ways is served meanwhile. */
function createReader(): (raw: Buffer) => Promise<MailMessage> {
  let turn: Promise<unknown> = Promise.resolve();
  return async (raw) => {
    const reading = turn.then(() => readAndTime(raw));
    turn = reading.then(({ tookMs }) => (tookMs < LONG_MS ? nextTurn() : wait(RESTS * tookMs)));
    return (await reading).message;
  };
}

async function readAndTime(raw: Buffer): Promise<{ message: MailMessage; tookMs: Millis }> {
  const begunAt = performance.now();
  const message = await readMessage(raw);
  return { message, tookMs: performance.now() - begunAt };
}

/** Where only the sending itself says that all is well, a bounce or a holiday note says nothing. */
function meant(event: PingEvent, { subject, automatic }: MailMessage): PingEvent {
  const silent = automatic && event.action === "success" && event.exitCode === null;
  return { ...event, message: subject, action: silent ? "log" : event.action };
}
