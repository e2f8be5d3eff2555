import type { Millis } from "../domain/time.ts";
import { SECOND } from "../domain/time.ts";
import { copyOf } from "./address.ts";
import { createCache } from "./cache.ts";
import type { PingAddress } from "./event.ts";

/** `perSecond` for ever, and `burst` at once after a pause. */
export type Rate = { perSecond: number; burst: number };

export type Rates = {
  /** Of a job, named by its id. */
  job: Rate;
  /** Of a project, named by its ping key. */
  key: Rate;
  /** Of a client's address; all of an IPv6 network of 64 bits are one. */
  address: Rate;
  /** Jobs and keys that are kept in mind, and as many addresses. */
  entries: number;
};

/**
 * Far above what anybody needs: a fleet of 6,000 machines on one job at minute zero, projects and companies behind one address
 * with tens of thousands of jobs. What is beyond calls in a loop.
 */
export const USUAL_RATES: Rates = {
  job: { perSecond: 600, burst: 6_000 },
  key: { perSecond: 2_000, burst: 60_000 },
  address: { perSecond: 2_000, burst: 60_000 },
  entries: 50_000,
};

/** Which limit a ping is beyond, and in how long it would not be. */
export type Excess = { limit: "job" | "key" | "address"; afterMs: Millis };

export type RateLimiter = {
  /**
   * Counts a ping unless it is too many.
   * @param source The client's address; null where it stands for nobody in particular.
   * @param now Of any steady clock, milliseconds.
   */
  take(address: PingAddress, source: string | null, now: Millis): Excess | null;
};

/** The moment at which the whole burst is there again. */
type Bucket = { fullAt: Millis };

/**
 * Token buckets in memory, a look-up or two a ping. Forgetting one is in its client's favour, and those that are busy are the last
 * to be forgotten, however many addresses somebody makes up.
 */
export function createRateLimiter({ job, key, address, entries }: Rates): RateLimiter {
  const named = createCache<Bucket>({ size: entries, ttlMs: Infinity });
  const addresses = createCache<Bucket>({ size: entries, ttlMs: Infinity });

  function bucketOf(name: string, now: Millis): Bucket {
    const known = named.get(name, now);
    if (known !== undefined) return known;
    const bucket = { fullAt: now };
    named.set(name, bucket, now);
    return bucket;
  }

  function clientOf(source: string, now: Millis): Bucket {
    const known = addresses.get(source, now);
    if (known !== undefined) return known;
    const network = source.includes(":") ? networkOf(source) : source;
    const bucket = addresses.get(network, now) ?? { fullAt: now };
    // Read from a header, it would keep the whole request in memory.
    addresses.set(copyOf(network), bucket, now);
    if (network !== source) addresses.set(copyOf(source), bucket, now);
    return bucket;
  }

  return {
    take(pinged, source, now) {
      const limit = pinged.kind === "job" ? "job" : "key";
      const rate = limit === "job" ? job : key;
      const bucket = bucketOf(pinged.kind === "job" ? pinged.jobId : pinged.key, now);
      const afterMs = waitOf(bucket, rate, now);
      if (afterMs > 0) return { limit, afterMs };
      if (source !== null) {
        const client = clientOf(source, now);
        const clientAfterMs = waitOf(client, address, now);
        if (clientAfterMs > 0) return { limit: "address", afterMs: clientAfterMs };
        spend(client, address, now);
      }
      spend(bucket, rate, now);
      return null;
    },
  };
}

function waitOf({ fullAt }: Bucket, { perSecond, burst }: Rate, now: Millis): Millis {
  return Math.max(0, fullAt - now - ((burst - 1) * SECOND) / perSecond);
}

function spend(bucket: Bucket, { perSecond }: Rate, now: Millis): void {
  bucket.fullAt = Math.max(bucket.fullAt, now) + SECOND / perSecond;
}

/** The first 64 bits of an IPv6 address: a single client has as many addresses as it likes behind them. */
export function networkOf(address: string): string {
  const [front = [], back = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => "0");
  return `${[...front, ...zeros, ...back].slice(0, 4).join(":")}::/64`;
}
