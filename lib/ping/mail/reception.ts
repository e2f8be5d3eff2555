import type { SMTPServerAddress, SMTPServerDataStream, SMTPServerSession } from "smtp-server";
import type { Millis } from "../../domain/time.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { type BodyBudget, createBodyBudget } from "../body.ts";
import type { Verdict } from "../buffer.ts";
import type { PingEvent } from "../event.ts";
import type { Intake, Located } from "../intake.ts";
import { readLine } from "../parameters.ts";
import type { Client } from "../ticket.ts";
import type { Refused } from "../unmatched.ts";
import { type Addressee, createDeposit, type Deposit } from "./deposit.ts";
import { type Guest, type Guests, showOut } from "./guests.ts";
import { type Letter, readLetter } from "./letter.ts";
import { missingReason, readRecipient } from "./recipient.ts";

export type MailResult = "ok" | "refused" | "unavailable" | "broken-off";

/** Hears of each recipient how it was answered, and how long that took from the mail's first byte; null without a mail. */
export type OnMail = (answer: { result: MailResult; ms: Millis | null }) => void;

export type ReceptionDeps = {
  intake: Intake;
  log: Logger;
  guests: Guests;
  onlyDomain: string | null;
  onMail: OnMail;
  limits: { mailBytes: number; heldBytes: number; refusals: number };
};

type Reply = (error?: Error | null, message?: string) => void;

const LATER = "This cannot be stored now, send it again in a minute.";
const NOT_FOUND = "There is no job with this address any more.";
const TOO_MANY = "Too many mails from your address, send the rest in a minute.";
const TOO_MANY_PINGS = "Too many pings for this job or from your address, send this again in a minute.";
const TOO_MANY_WRONG = "Too many wrong addresses, the connection is closed.";
/** Of a mail that is read besides what is kept of it: headers, and what encodings and tags take. */
const READ_BESIDES = 100_000;
const LONGEST_SENDER = 200;

/** What is said to the commands of a mail: who it is from, whom it is for, and the mail itself. */
export class Reception {
  readonly #deps: ReceptionDeps;
  readonly #budget: BodyBudget;
  readonly #deposit: Deposit;
  /** Addresses are the session's own objects, which it forgets with the mail. */
  readonly #known = new WeakMap<SMTPServerAddress, Addressee>();

  constructor(deps: ReceptionDeps) {
    this.#deps = deps;
    this.#budget = createBodyBudget(deps.limits.heldBytes);
    this.#deposit = createDeposit(deps.intake);
  }

  sender(session: SMTPServerSession, reply: Reply): void {
    const guest = this.#deps.guests.find(session.id);
    if (guest === null || this.#deps.guests.pays(guest)) return reply();
    this.#deps.onMail({ result: "refused", ms: null });
    reply(refusal(450, TOO_MANY));
  }

  recipient(address: SMTPServerAddress, session: SMTPServerSession, reply: Reply): void {
    const { intake, guests, onlyDomain } = this.#deps;
    const guest = guests.find(session.id);
    if (guest === null) return reply(refusal(451, LATER));
    const client = clientOf(guest, session);
    const read = readRecipient(address.address, onlyDomain);
    if (read.kind === "unreadable") {
      this.#turnAway({ client, reason: "unknown-address", address: null, url: address.address });
      return this.#refuse(guest, read.reason, reply);
    }
    const excess = intake.gate.admit(read, { socket: guest.socket, headers: {} });
    if (excess !== null) {
      this.#turnAway({ client, reason: "rate-limited", address: read.address, url: address.address });
      this.#deps.onMail({ result: "refused", ms: null });
      return reply(refusal(450, TOO_MANY_PINGS));
    }
    intake.locate(read, (located) => this.#place({ guest, client, address, read }, located, reply));
  }

  #place({ guest, client, address, read }: Call, located: Located, reply: Reply): void {
    switch (located.kind) {
      case "job":
        this.#known.set(address, { event: read, jobId: located.jobId, url: address.address });
        return reply();
      case "missing": {
        const { reason, known } = located;
        this.#turnAway({ client, reason, known, address: read.address, url: address.address });
        return this.#refuse(guest, missingReason(read.address), reply);
      }
      // Only who asks for a job to be made can ask for one that makes no sense.
      case "invalid":
      case "unavailable":
        this.#deps.onMail({ result: "unavailable", ms: null });
        return reply(refusal(451, LATER));
    }
  }

  #refuse(guest: Guest, reason: string, reply: Reply): void {
    this.#deps.onMail({ result: "refused", ms: null });
    guest.refusals += 1;
    // Whoever tries this many is guessing.
    if (guest.refusals > this.#deps.limits.refusals) reply(refusal(421, TOO_MANY_WRONG));
    else reply(refusal(550, reason));
  }

  #turnAway(refused: Omit<Refused, "protocol" | "receivedAt">): void {
    const { intake } = this.#deps;
    intake.turnAway({ protocol: "mail", receivedAt: intake.now(), ...refused });
  }

  /** Answers after the commit; a mail that is not stored is refused, so that its sender keeps it. */
  async mail(stream: SMTPServerDataStream, session: SMTPServerSession, reply: Reply): Promise<void> {
    const { guests, limits, intake, onMail } = this.#deps;
    const begunAt = performance.now();
    const guest = guests.find(session.id);
    if (guest === null) return;
    const letter = await readLetter(
      stream,
      { budget: this.#budget, keep: READ_BESIDES + 3 * intake.bodyLimit, most: limits.mailBytes },
      () => showOut(guest.socket, `552 The mail is larger than ${limits.mailBytes} bytes.`),
    );
    const count = (result: MailResult) => onMail({ result, ms: performance.now() - begunAt });
    if (letter === null) return count("broken-off");
    const addressees = session.envelope.rcptTo.flatMap((address) => this.#known.get(address) ?? []);
    const client = clientOf(guest, session);
    if (letter.size > limits.mailBytes) {
      this.#budget.give(letter.held);
      for (const { event, url } of addressees)
        this.#turnAway({ client, reason: "too-large", known: true, address: event.address, url });
      count("refused");
      // The server itself says so, by its limit.
      return reply();
    }
    guest.storing = true;
    const verdicts = await this.#store(letter, addressees, client);
    this.#budget.give(letter.held);
    for (const verdict of verdicts) count(RESULTS[verdict]);
    guests.answered(guest);
    answer(verdicts, reply);
  }

  async #store(letter: Letter, addressees: readonly Addressee[], client: Client): Promise<Verdict[]> {
    const { raw } = letter;
    if (raw === null) return addressees.map(() => "unavailable");
    try {
      const verdicts = await this.#deposit({ letter: { ...letter, raw }, addressees, client });
      addressees.forEach(({ event, url }, index) => {
        if (verdicts[index] !== "unknown-job") return;
        this.#turnAway({ client, reason: "not-found", known: true, address: event.address, url });
      });
      return verdicts;
    } catch (error) {
      this.#deps.log.error({ err: error }, `A mail could not be stored: ${messageOf(error)}`);
      return addressees.map(() => "unavailable");
    }
  }
}

type Call = { guest: Guest; client: Client; address: SMTPServerAddress; read: PingEvent };

const RESULTS: Readonly<Record<Verdict, MailResult>> = {
  stored: "ok",
  unavailable: "unavailable",
  "unknown-job": "refused",
};

/** One answer for all recipients: where one is to be tried again the mail is, and those that are stored are known then. */
function answer(verdicts: readonly Verdict[], reply: Reply): void {
  if (verdicts.length === 0 || verdicts.includes("unavailable")) return reply(refusal(451, LATER));
  if (!verdicts.includes("stored")) return reply(refusal(550, NOT_FOUND));
  reply(null, "OK");
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function clientOf({ address }: Guest, { envelope }: SMTPServerSession): Client {
  const sender = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
  return { source: address || null, method: "MAIL", userAgent: readLine(sender, LONGEST_SENDER) };
}
