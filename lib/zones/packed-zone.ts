import { MINUTE, SECOND, type Millis } from "../domain/time.ts";
import type { ZoneTable } from "./zone-table.ts";

// A zone in one line, as moment-timezone packs it: name|abbreviations|offsets|indices|distances|population.
// Numbers are minutes in base 60; offsets are UTC − local time, distances follow from one change to the next.

/** Unpacks one zone. @throws Error where the line is not one. */
export function unpackZone(line: string): ZoneTable {
  const [name = "", , offsetText = "", indexText = "", distanceText = ""] = line.split("|");
  const offsets = offsetText.split(" ").map((text) => 0 - readMinutes(text));
  const inForce = Array.from(indexText, (digit) => offsets[digitOf(digit)] ?? fail(name));
  const changes: Millis[] = [];
  for (const text of distanceText.split(" ")) {
    if (text !== "") changes.push((changes.at(-1) ?? 0) + readMinutes(text));
  }
  if (inForce.length !== changes.length + 1) fail(name);
  return { changes, offsets: inForce };
}

/** Milliseconds; minutes may have a fraction, of which the format keeps enough for whole seconds. */
function readMinutes(text: string): Millis {
  const [, sign, whole = "", fraction = ""] = /^(-?)(\w*)(?:\.(\w*))?$/.exec(text) ?? fail(text);
  let minutes = 0;
  for (const digit of whole) minutes = minutes * 60 + digitOf(digit);
  let part = 1;
  for (const digit of fraction) {
    part /= 60;
    minutes += digitOf(digit) * part;
  }
  const seconds = Math.round((minutes * MINUTE) / SECOND);
  return (sign === "-" ? -seconds : seconds) * SECOND;
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX";

function digitOf(digit: string): number {
  const value = DIGITS.indexOf(digit);
  return value < 0 ? fail(digit) : value;
}

function fail(what: string): never {
  throw new Error(`The shipped time zone data cannot be read at ${JSON.stringify(what.slice(0, 40))}.`);
}
