import { createHash, randomFillSync } from "node:crypto";
import type { AlertEvent } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";
import { HEX_DIGITS } from "./digits.ts";

const COUNTER_LIMIT = 0x1000;
const POOL_BYTES = 4096;
const NEEDED_BYTES = 10;

const pool = Buffer.alloc(POOL_BYTES);
/** The one that was made last, written over by the next: to put pieces together took a microsecond. */
const latest = Buffer.from("00000000-0000-7000-8000-000000000000");
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
    writeTime();
    // Half of the range stays free for counting on.
    counter = pool.readUInt16BE(random) & 0x7ff;
  } else if (++counter === COUNTER_LIMIT) {
    lastMs += 1;
    writeTime();
    counter = 0;
  }
  digit(15, counter >>> 8);
  digit(16, counter >>> 4);
  digit(17, counter);
  digit(19, 8 | ((pool[random] ?? 0) >>> 6));
  digit(20, (pool[random] ?? 0) >>> 2);
  digit(21, (pool[random + 1] ?? 0) >>> 4);
  digit(22, pool[random + 1] ?? 0);
  for (let index = 0; index < 6; index++) {
    const byte = pool[random + 4 + index] ?? 0;
    digit(24 + 2 * index, byte >>> 4);
    digit(25 + 2 * index, byte);
  }
  return latest.toString("latin1");
}

function writeTime(): void {
  const digits = lastMs.toString(16).padStart(12, "0");
  latest.write(digits.slice(0, 8), 0, "latin1");
  latest.write(digits.slice(8), 9, "latin1");
}

function digit(at: number, value: number): void {
  latest[at] = HEX_DIGITS[value & 0xf] ?? 0;
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
