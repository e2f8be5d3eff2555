import { createHash, randomFillSync } from "node:crypto";
import type { AlertEvent } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";

const COUNTER_LIMIT = 0x1000;
const POOL_BYTES = 4096;
const NEEDED_BYTES = 10;

const pool = Buffer.alloc(POOL_BYTES);
let poolAt = POOL_BYTES;
let lastMs = 0;
let counter = 0;

/**
 * A UUID version 7 of `now`. Within this process each sorts after all before it, also inside one millisecond and when
 * `now` goes backwards: then the time in it runs ahead.
 */
export function uuidv7(now: Instant): string {
  const random = takeRandom();
  const ms = Math.floor(now);
  if (ms > lastMs) {
    lastMs = ms;
    // Half of the range stays free for counting on.
    counter = pool.readUInt16BE(random) & 0x7ff;
  } else if (++counter === COUNTER_LIMIT) {
    lastMs += 1;
    counter = 0;
  }
  const time = lastMs.toString(16).padStart(12, "0");
  const count = counter.toString(16).padStart(3, "0");
  const variant = ((pool.readUInt16BE(random) & 0x3fff) | 0x8000).toString(16);
  const rest = pool.toString("hex", random + 4, random + NEEDED_BYTES);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${variant}-${rest}`;
}

/** Id of a job's incident: every process that evaluates it, also a second time after a crash, comes to the same one. */
export function incidentIdOf(jobId: string, number: number): string {
  return namedUuid(jobId, `incident ${number}`);
}

/** Id of an alert about an incident, likewise. */
export function alertIdOf(incidentId: string, event: AlertEvent, sequence: number): string {
  return namedUuid(incidentId, `alert ${event} ${sequence}`);
}

/** UUID version 5: SHA-1 of a name in a namespace. */
function namedUuid(namespace: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Offset of fresh random bytes in `pool`: one system call for hundreds of ids. */
function takeRandom(): number {
  if (poolAt + NEEDED_BYTES > POOL_BYTES) {
    randomFillSync(pool);
    poolAt = 0;
  }
  const offset = poolAt;
  poolAt += NEEDED_BYTES;
  return offset;
}
