import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Queryable } from "../store/queryable.ts";
import { hashKey } from "../store/secrets.ts";
import { insertUnmatched, pruneUnmatched, UNMATCHED_KEPT, type UnmatchedRecord } from "../store/unmatched.ts";
import type { PingAddress } from "./event.ts";
import { readLine } from "./parameters.ts";
import type { Client } from "./ticket.ts";

/** Keeps refused pings for people to look at, without ever making anyone wait. */
export type UnmatchedLog = {
  note(refused: Refused): void;
  /** Refused pings that were not kept, because there were too many at once or the database was away. */
  readonly dropped: number;
  close(): Promise<void>;
};

export type Refused = Pick<UnmatchedRecord, "receivedAt" | "reason"> & {
  client: Client;
  /** Path and query as they came. */
  url: string;
  address: PingAddress | null;
};

const FLUSH_MS = 1_000;
const MOST_AT_ONCE = 1_000;
const LONGEST_PATH = 300;

export function createUnmatchedLog(database: Queryable, log: Logger): UnmatchedLog {
  let waiting: Refused[] = [];
  let timer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> = Promise.resolve();
  let dropped = 0;
  let sincePrune = 0;

  async function flush(): Promise<void> {
    timer = null;
    const records = waiting.map(recordOf);
    waiting = [];
    if (records.length === 0) return;
    try {
      await insertUnmatched(database, records);
      sincePrune += records.length;
      if (sincePrune < UNMATCHED_KEPT / 10) return;
      sincePrune = 0;
      await pruneUnmatched(database);
    } catch (error) {
      dropped += records.length;
      log.warn({ reason: messageOf(error), count: records.length }, "Unmatched pings could not be kept");
    }
  }

  return {
    note(refused) {
      if (waiting.length >= MOST_AT_ONCE) {
        dropped += 1;
        return;
      }
      waiting.push(refused);
      timer ??= setTimeout(() => (flushing = flush()), FLUSH_MS).unref();
    },
    get dropped() {
      return dropped;
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      await flushing;
      await flush();
    },
  };
}

function recordOf({ url, address, client, ...refused }: Refused): UnmatchedRecord {
  return {
    ...refused,
    ...client,
    path: readLine(masked(url, address), LONGEST_PATH) ?? "",
    jobId: address?.kind === "job" ? address.jobId : null,
    keyHash: address?.kind === "slug" ? hashKey(address.key) : null,
  };
}

/** Who can read the log need not know the key: its first characters tell keys apart. */
function masked(url: string, address: PingAddress | null): string {
  if (address?.kind === "job") return url;
  return url.replace(/^(\/ping\/[^/?]{0,8})[^/?]*/, (whole, shown: string) => (whole === shown ? whole : `${shown}…`));
}
