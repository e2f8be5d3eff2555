import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { MINUTE, type Millis } from "../../domain/time.ts";
import { createCache } from "../cache.ts";
import { networkOf } from "../rate-limit.ts";

/** A connection that is served. */
export type Guest = {
  readonly id: string;
  /** The client's IP address. */
  readonly address: string;
  /** The same, or its IPv6 network of 64 bits: limits are per client, and a client has all addresses of one. */
  readonly network: string;
  readonly socket: Socket;
  /** Its mail is here whole and being stored: it has a right to its answer. */
  storing: boolean;
  /** Recipients that it was refused. */
  refusals: number;
  /** On a steady clock; put off by every mail that is answered. */
  leavesAt: Millis;
};

export type GuestLimits = {
  connections: number;
  connectionsPerAddress: number;
  mailsPerMinute: number;
  /** From one mail to the next. */
  patienceMs: Millis;
};

const ADDRESSES_KNOWN = 10_000;
const STOPPING = "421 Belfry is stopping, try again in a minute.";
const CROWDED = "421 Too many connections, try again in a minute.";

/** Who is connected, within bounds; slow and greedy clients lose their own connection only. */
export class Guests {
  readonly #limits;
  readonly #guests = new Map<string, Guest>();
  readonly #perAddress = new Map<string, number>();
  readonly #purses = createCache<{ mails: number; at: Millis }>({ size: ADDRESSES_KNOWN, ttlMs: 5 * MINUTE });
  #closing = false;

  constructor(limits: GuestLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#guests.size;
  }

  /** Null: there is no room, and the client was told so. */
  admit(socket: Socket): Guest | null {
    const address = plainAddress(socket.remoteAddress ?? "");
    const network = address.includes(":") ? networkOf(address) : address;
    const same = this.#perAddress.get(network) ?? 0;
    const { connections, connectionsPerAddress, patienceMs } = this.#limits;
    socket.on("error", ignore);
    if (this.#guests.size >= connections || same >= connectionsPerAddress) {
      showOut(socket, CROWDED);
      return null;
    }
    const leavesAt = performance.now() + patienceMs;
    const guest: Guest = { id: randomUUID(), address, network, socket, storing: false, refusals: 0, leavesAt };
    this.#guests.set(guest.id, guest);
    this.#perAddress.set(network, same + 1);
    socket.once("close", () => this.#forget(guest));
    return guest;
  }

  #forget({ id, network }: Guest): void {
    this.#guests.delete(id);
    const left = (this.#perAddress.get(network) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(network);
    else this.#perAddress.set(network, left);
  }

  find(id: string): Guest | null {
    return this.#guests.get(id) ?? null;
  }

  /** Whether its address may send one more mail now. */
  pays({ network }: Guest): boolean {
    const { mailsPerMinute } = this.#limits;
    const now = performance.now();
    const purse = this.#purses.get(network, now) ?? { mails: mailsPerMinute, at: now };
    const mails = Math.min(mailsPerMinute, purse.mails + ((now - purse.at) / MINUTE) * mailsPerMinute);
    this.#purses.set(network, { mails: Math.max(0, mails - 1), at: now }, now);
    return mails >= 1;
  }

  /** Its mail was answered: the time for the next begins, where there is to be one. */
  answered(guest: Guest): void {
    guest.storing = false;
    guest.leavesAt = performance.now() + this.#limits.patienceMs;
    if (this.#closing) setImmediate(() => showOut(guest.socket, STOPPING));
  }

  /** Ends the connections of those who took too long. */
  endLate(): void {
    const now = performance.now();
    for (const guest of this.#guests.values()) {
      if (now < guest.leavesAt || guest.storing) continue;
      // Told once already, and it does not listen.
      if (guest.socket.writableEnded) guest.socket.destroy();
      else showOut(guest.socket, "421 Too slow, the connection is closed.");
    }
  }

  /** Ends all connections, those of which a mail is being stored after its answer. */
  close(): void {
    this.#closing = true;
    for (const { socket, storing } of this.#guests.values()) if (!storing) showOut(socket, STOPPING);
  }

  destroy(): void {
    for (const { socket } of this.#guests.values()) socket.destroy();
  }
}

/** Says a last line and ends the connection, whether or not the client reads it. */
export function showOut(socket: Socket, line: string): void {
  if (socket.writable) socket.end(`${line}\r\n`);
  socket.destroySoon();
}

/** `::ffff:192.0.2.1` → `192.0.2.1`. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

function ignore(): void {}
