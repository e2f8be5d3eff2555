import { domainToASCII } from "node:url";
import type { PingAddress, PingEvent } from "../event.ts";
import { NATIVE_PREFIX, parseNative } from "../native.ts";

/** What an address says, as the ping that a mail to it is; or one sentence that says why there can be none. */
export type Recipient = PingEvent | { kind: "unreadable"; reason: string };

const LOCAL_PART = /^[\w.+-]{1,320}$/;
const DSN_KEY = /^[0-9a-f]{32}$/i;
const PING_KEY_IN_SMALL_LETTERS = /^bfp_[0-9a-z]+$/;

/**
 * Reads `<uuid>@…` or `<key>+<slug>@…`; a further `+` names what happened, in the words of the native protocol. Mail
 * programs may change letters to small ones, so case matters nowhere but in ping keys, which cannot do without it.
 * @param onlyDomain Null: any domain will do, as nobody who does not know a job's address can guess it.
 */
export function readRecipient(address: string, onlyDomain: string | null): Recipient {
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  if (onlyDomain !== null && !isSameDomain(domain, onlyDomain)) {
    return unreadable(`Only mail for ${onlyDomain} is taken here.`);
  }
  const local = address.slice(0, Math.max(at, 0));
  const event = LOCAL_PART.test(local) ? parseNative(pathOf(local)) : null;
  if (event?.kind === "ping") return { ...event, protocol: "mail" };
  return unreadable(
    "This is no address of a job: <id>@ or <key>+<slug>@, then +start, +fail, +log, +skip or an exit status.",
  );
}

/** Why a readable address leads nowhere. */
export function missingReason(address: PingAddress): string {
  if (address.kind !== "slug" || !PING_KEY_IN_SMALL_LETTERS.test(address.key))
    return "There is no job with this address.";
  return "There is no job with this address. Capitals count in ping keys; where they get lost, use the address with the job's id.";
}

function pathOf(local: string): string {
  const [first = "", ...rest] = local.split("+");
  const key = DSN_KEY.test(first) ? first.toLowerCase() : first;
  return NATIVE_PREFIX + [key, ...rest.map((part) => part.toLowerCase())].join("/");
}

function isSameDomain(given: string, wanted: string): boolean {
  return given.toLowerCase() === wanted.toLowerCase() || domainToASCII(given) === (domainToASCII(wanted) || null);
}

function unreadable(reason: string): Recipient {
  return { kind: "unreadable", reason };
}
