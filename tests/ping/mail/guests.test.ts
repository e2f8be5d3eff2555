import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type Guest, Guests } from "../../../lib/ping/mail/guests.ts";

const LIMITS = { connections: 5, connectionsPerAddress: 2, mailsPerMinute: 3, patienceMs: 60_000 };

/** A connection from there, as far as it matters here. */
function connectionFrom(address: string): Socket {
  return Object.defineProperty(new Socket(), "remoteAddress", { value: address });
}

function admit(guests: Guests, ...addresses: string[]): (Guest | null)[] {
  return addresses.map((address) => guests.admit(connectionFrom(address)));
}

const closed = (guest: Guest | null | undefined) =>
  new Promise<void>((resolve) => {
    guest?.socket.once("close", () => resolve());
    guest?.socket.destroy();
  });

describe("guests", () => {
  it("are counted by address, IPv6 networks of 64 bits and wrapped IPv4 addresses as one", async () => {
    const guests = new Guests(LIMITS);
    const admitted = admit(
      guests,
      "192.0.2.1",
      "::ffff:192.0.2.1",
      "192.0.2.1",
      "2001:db8::1",
      "2001:db8::2",
      "2001:db8::3",
    );
    expect(admitted.map((guest) => guest?.address ?? null)).toEqual([
      "192.0.2.1",
      "192.0.2.1",
      null,
      "2001:db8::1",
      "2001:db8::2",
      null,
    ]);
    expect(admit(guests, "2001:db8:0:1::1", "198.51.100.1").map((guest) => guest !== null)).toEqual([true, false]);
    await closed(admitted[0]);
    expect(guests.size).toBe(4);
    expect(admit(guests, "192.0.2.1").map((guest) => guest !== null)).toEqual([true]);
    guests.destroy();
  });

  it("pay for their mails per address, and a new connection does not make them richer", () => {
    const guests = new Guests(LIMITS);
    const [first, second, other] = admit(guests, "192.0.2.1", "192.0.2.1", "192.0.2.2");
    const pays = [first, second, first, second, other].map(
      (guest) => guest !== null && guest !== undefined && guests.pays(guest),
    );
    expect(pays).toEqual([true, true, true, false, true]);
    guests.destroy();
  });
});
