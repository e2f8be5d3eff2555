import { createHash } from "node:crypto";
import { messageOf } from "../errors.ts";
import type { Instant } from "../domain/time.ts";
import type { UnmatchedReason } from "../domain/unmatched.ts";
import type { Logger } from "../log.ts";
import type { PingProtocol } from "../store/pings.ts";
import type { Queryable } from "../store/queryable.ts";
import { hashKey } from "../store/secrets.ts";
import { pruneUnmatched, type UnmatchedRecord, upsertUnmatched } from "../store/unmatched.ts";
import type { CreationRequest, PingAddress } from "./event.ts";
import { readLine } from "./parameters.ts";
import type { Client } from "./ticket.ts";

/** Keeps refused pings for people to look at, grouped by their cause, without ever making anyone wait. */
export type UnmatchedLog = {
  note(refused: Refused): void;
  /** Refused pings that were not kept, because there were too many causes at once or the database was away. */
  readonly dropped: number;
  close(): Promise<void>;
};

export type Refused = {
  protocol: PingProtocol;
  receivedAt: Instant;
  reason: UnmatchedReason;
  client: Client;
  /** Path and query as they came; of other protocols than HTTP what was asked for. */
  url: string;
  address: PingAddress | null;
  /** Whether the project is known already; then strangers cannot crowd it out. */
  known?: boolean;
  /** What the ping asked for where the job would have to be made. */
  creation?: CreationRequest | null;
  /** One line of what was wrong, where that says more than the reason. */
  detail?: string | null;
};

/** By a digest of the cause: nothing that is kept until then may hold on to a long address. */
type Waiting = Map<string, UnmatchedRecord>;

const FLUSH_MS = 1_000;
/** Causes that are gathered until then: of projects, and of strangers. */
const MOST_AT_ONCE = 1_000;
/** New rows after which the bounds are looked after. */
const PRUNE_AFTER = 200;
const LONGEST_PATH = 300;
const LONGEST_ASKED = 500;
const LONGEST_NAME = 200;

/** DSN keys and those of ours. */
const KEYS = /\b(?:[0-9a-f]{32}|bf[prw]_[0-9A-Za-z]{24})\b/gi;

export function createUnmatchedLog(database: Queryable, log: Logger): UnmatchedLog {
  const known: Waiting = new Map();
  const strange: Waiting = new Map();
  let timer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> | null = null;
  let dropped = 0;
  let sincePrune = 0;

  /** One at a time: while the database is slow, what comes meanwhile stays within its bounds. */
  function schedule(): void {
    if (timer !== null || flushing !== null || known.size + strange.size === 0) return;
    timer = setTimeout(() => {
      timer = null;
      flushing = flush().finally(() => {
        flushing = null;
        schedule();
      });
    }, FLUSH_MS).unref();
  }

  /** Never rejects. */
  async function flush(): Promise<void> {
    const groups = [...known.values(), ...strange.values()];
    known.clear();
    strange.clear();
    if (groups.length === 0) return;
    try {
      sincePrune += await upsertUnmatched(database, groups);
      if (sincePrune < PRUNE_AFTER) return;
      sincePrune = 0;
      await pruneUnmatched(database);
    } catch (error) {
      dropped += groups.reduce((sum, { count }) => sum + count, 0);
      log.warn({ reason: messageOf(error), count: groups.length }, "Unmatched pings could not be kept");
    }
  }

  return {
    note(refused) {
      if (!gather(refused.known === true ? known : strange, refused)) dropped += 1;
      schedule();
    },
    get dropped() {
      return dropped;
    },
    async close() {
      await flushing;
      if (timer !== null) clearTimeout(timer);
      await flush();
    },
  };
}

/** @returns whether there was room. */
function gather(waiting: Waiting, refused: Refused): boolean {
  const cause = causeOf(refused);
  const group = waiting.get(cause);
  if (group === undefined) {
    if (waiting.size >= MOST_AT_ONCE) return false;
    waiting.set(cause, recordOf(refused));
    return true;
  }
  group.count += 1;
  Object.assign(group, latestOf(refused), { asked: askedOf(refused) ?? group.asked });
  return true;
}

function causeOf({ protocol, reason, address, url }: Refused): string {
  const name = address === null ? pathOf(url) : nameOf(address, (whole) => whole);
  return createHash("sha1").update(`${protocol} ${reason} ${name}`).digest("base64");
}

function recordOf(refused: Refused): UnmatchedRecord {
  const { protocol, reason, address, url, receivedAt } = refused;
  const bySlug = address?.kind === "slug" ? address : null;
  const key = bySlug?.key ?? (address === null ? keyIn(url) : null);
  const subject = address === null ? masked(pathOf(url), key) : nameOf(address, mask);
  return {
    ...{ protocol, reason, count: 1, firstAt: receivedAt },
    subject: fit(subject, LONGEST_PATH) ?? "",
    jobId: address?.kind === "job" ? fit(address.jobId, LONGEST_NAME) : null,
    keyHash: key === null ? null : hashKey(key),
    slug: fit(bySlug?.slug, LONGEST_NAME),
    environment: fit(bySlug?.environment, LONGEST_NAME),
    asked: askedOf(refused),
    path: fit(masked(url, key), LONGEST_PATH) ?? "",
    ...latestOf(refused),
  };
}

type Latest = Pick<UnmatchedRecord, "lastAt" | "detail" | "method" | "source" | "userAgent">;

function latestOf({ client, detail, receivedAt }: Refused): Latest {
  return {
    lastAt: receivedAt,
    detail: fit(detail, LONGEST_PATH),
    method: fit(client.method, LONGEST_NAME) ?? "",
    source: fit(client.source, LONGEST_NAME),
    userAgent: fit(client.userAgent, LONGEST_NAME),
  };
}

/** Clients of all kinds send it, and what the database cannot keep would cost everything that waits with it. */
function fit(text: string | null | undefined, limit: number): string | null {
  const line = readLine(text, limit);
  // A copy: a piece of a text keeps the whole in memory.
  return line === null ? null : Buffer.from(line).toString();
}

/** A mistake is one, whatever the ping said had happened. */
function nameOf(address: PingAddress, show: (key: string) => string): string {
  if (address.kind === "job") return address.jobId;
  const { key, slug, environment } = address;
  return [show(key), slug, ...(environment === null ? [] : [environment])].join("/");
}

function askedOf({ creation = null }: Refused): object | null {
  if (creation === null) return null;
  const text = JSON.stringify(creation, (_, value: unknown) =>
    typeof value === "string" ? fit(value, LONGEST_ASKED) : value,
  );
  return JSON.parse(text) as object;
}

function pathOf(url: string): string {
  const mark = url.indexOf("?");
  return mark === -1 ? url : url.slice(0, mark);
}

const KEY_PLACES = /^\/(?:(?:ping|p|start|finish|fail|api\/push|api\/v1\/heartbeat)\/([^/?]+)|(bfp_[^/?]+))/;

/** The key in an address that was not understood. */
function keyIn(url: string): string | null {
  const [, behindPrefix, atRoot] = KEY_PLACES.exec(url) ?? [];
  return behindPrefix ?? atRoot ?? null;
}

/** Who can read the log need not know the key. */
function masked(url: string, key: string | null): string {
  return (key === null ? url : url.replaceAll(key, mask(key))).replaceAll(KEYS, mask);
}

/** Its first characters tell keys apart. */
function mask(key: string): string {
  return key.length > 8 ? `${key.slice(0, 8)}…` : key;
}
