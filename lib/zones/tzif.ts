import { type Instant, SECOND } from "../domain/time.ts";
import { changesOfRule, parsePosixRule } from "./posix-rule.ts";
import type { ZoneTable } from "./zone-table.ts";

/** As far as times are asked for: rules of a file are spelt out from its last change to here. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2500;

const HEADER_BYTES = 44;
/** RFC 9636: more than a day either way does not occur. */
const LARGEST_OFFSET = 26 * 3600;

type Counts = {
  utIndicators: number;
  stdIndicators: number;
  leaps: number;
  times: number;
  types: number;
  chars: number;
};

type Block = { counts: Counts; start: number; wide: boolean };

/**
 * Reads a compiled zone file (RFC 9636, versions 1 to 4), fat or slim.
 * @throws Error that says what is wrong with it, for any bytes.
 */
export function readTzif(bytes: Buffer): ZoneTable {
  const old = readHeader(bytes, 0, false);
  if (!isLater(bytes)) return readBlock(bytes, old);
  const block = readHeader(bytes, endOf(old), true);
  return withRule(readBlock(bytes, block), readFooter(bytes, endOf(block)));
}

/** Version 1 has four-byte times and nothing after them. */
function isLater(bytes: Buffer): boolean {
  const version = bytes[4] ?? 0;
  return version >= 0x32 && version <= 0x39;
}

function readHeader(bytes: Buffer, at: number, wide: boolean): Block {
  if (bytes.length < at + HEADER_BYTES || bytes.toString("latin1", at, at + 4) !== "TZif") {
    throw new Error("it is no compiled zone");
  }
  const count = (index: number) => bytes.readUInt32BE(at + 20 + 4 * index);
  const counts = {
    utIndicators: count(0),
    stdIndicators: count(1),
    leaps: count(2),
    times: count(3),
    types: count(4),
    chars: count(5),
  };
  const block = { counts, start: at + HEADER_BYTES, wide };
  if (endOf(block) > bytes.length) throw new Error("it ends too early");
  return block;
}

function endOf({ counts, start, wide }: Block): number {
  const { utIndicators, stdIndicators, leaps, times, types, chars } = counts;
  const width = wide ? 8 : 4;
  return start + times * (width + 1) + types * 6 + chars + leaps * (width + 4) + stdIndicators + utIndicators;
}

function readBlock(bytes: Buffer, { counts, start, wide }: Block): ZoneTable {
  const { times, types, leaps } = counts;
  if (types === 0) throw new Error("it names no offset");
  if (leaps > 0) throw new Error("it counts leap seconds, which clocks in use do not");
  const width = wide ? 8 : 4;
  const typesAt = start + times * width;
  const offsets = Array.from({ length: types }, (_, type) => readOffset(bytes, typesAt + times + 6 * type));
  const changes: Instant[] = [];
  const inForce = [offsets[0] ?? 0];
  for (let index = 0; index < times; index++) {
    const at = start + index * width;
    const seconds = wide ? Number(bytes.readBigInt64BE(at)) : bytes.readInt32BE(at);
    const offset = offsets[bytes[typesAt + index] ?? types];
    const change = seconds * SECOND;
    if (offset === undefined) throw new Error("it points to an offset that it does not have");
    if (change <= (changes.at(-1) ?? -Infinity)) throw new Error("its changes are not in order");
    changes.push(change);
    inForce.push(offset);
  }
  return { changes, offsets: inForce };
}

function readOffset(bytes: Buffer, at: number): number {
  const seconds = bytes.readInt32BE(at);
  if (Math.abs(seconds) > LARGEST_OFFSET) throw new Error("it is more than a day away from UTC");
  return seconds * SECOND;
}

function readFooter(bytes: Buffer, at: number): string {
  const end = bytes.indexOf("\n", at + 1);
  if (bytes[at] !== 0x0a || end < 0) throw new Error("it ends too early");
  return bytes.toString("latin1", at + 1, end);
}

/** Adds what the rule says of the years after the last change; an empty one says nothing. */
function withRule({ changes, offsets }: ZoneTable, text: string): ZoneTable {
  if (text === "") return { changes, offsets };
  const rule = parsePosixRule(text);
  const last = changes.at(-1);
  if (last === undefined && rule.daylight === null) return { changes, offsets: [rule.standard] };
  const from = last === undefined ? FIRST_YEAR : new Date(Math.max(last, Date.UTC(FIRST_YEAR))).getUTCFullYear() - 1;
  const added = changesOfRule(rule, from, LAST_YEAR).filter(({ at }) => last === undefined || at > last);
  return {
    changes: [...changes, ...added.map(({ at }) => at)],
    offsets: [...offsets, ...added.map(({ offset }) => offset)],
  };
}
