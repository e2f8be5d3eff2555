import { newMemory } from "../domain/draft.ts";
import type { OpenIncident } from "../domain/incident.ts";
import type { Run } from "../domain/run.ts";
import type { Memory } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";

// Every ping rewrites its job's memory, so its size and the cost of reading it bound the whole ping path: as a JSON
// object it took five times the time of this text. One line a record, its first letter the kind; fields between commas,
// empty for null; instants as the distance to the base, which is the first field of all and stays the same for a job.

const VERSION = "1";
const LATE = 1;
const AMBIGUOUS = 2;
const START_SEEN = 4;

/** A memory as text, with the parts of it that the next text can be made of. */
export type EncodedMemory = {
  text: string;
  base: Instant;
  openRuns: Records<Run>;
  recentRuns: Records<Run>;
  pings: Records<Memory["recentPings"][number]>;
};

type Records<T> = { items: readonly T[]; text: string };

const NO_RECORDS: Records<never> = { items: [], text: "" };

/**
 * Writes what a job remembers as compact text; `decodeMemory` reads it back. Fractions of milliseconds are lost.
 * @param before What was written of the same job last: most of it stays from ping to ping.
 */
export function encodeMemory(memory: Memory, before: EncodedMemory | null): EncodedMemory {
  const base = Math.round(memory.firstPingAt ?? memory.lastPingAt ?? memory.accountedThrough ?? 0);
  const { badStreak, okStreak, lastRunNumber, lastIncidentNumber } = memory;
  const slots = `${at(memory.accountedThrough, base)},${at(memory.nextSlotAt, base)},${at(memory.pausedAt, base)}`;
  const times = `${at(memory.firstPingAt, base)},${at(memory.lastPingAt, base)},${at(memory.lastOkAt, base)}`;
  const counts = `${badStreak},${okStreak},${lastRunNumber},${lastIncidentNumber}`;
  const known = before?.base === base ? before : null;
  const openRuns = recordsOf(memory.openRuns, known?.openRuns, (run) => `\no${encodeRun(run, base)}`);
  const recentRuns = recordsOf(memory.recentRuns, known?.recentRuns, (run) => `\nr${encodeRun(run, base)}`);
  const pings = recordsOf(memory.recentPings, known?.pings, (ping) => `\np${at(ping.at, base)},${escaped(ping.key)}`);
  let text = `${VERSION}${base},${slots},${times},${counts}${openRuns.text}${recentRuns.text}${pings.text}`;
  for (const incident of memory.incidents) text += `\ni${encodeIncident(incident, base)}`;
  return { text, base, openRuns, recentRuns, pings };
}

/** Items are replaced and never changed, and mostly the oldest went and one came. */
function recordsOf<T>(items: readonly T[], before: Records<T> = NO_RECORDS, encode: (item: T) => string): Records<T> {
  const [first] = items;
  if (first === undefined) return NO_RECORDS;
  const gone = before.items.indexOf(first);
  const left = gone === -1 ? 0 : before.items.length - gone;
  const isTail =
    left <= items.length && before.items.every((item, index) => index < gone || item === items[index - gone]);
  let text = left > 0 && isTail ? withoutRecords(before.text, gone) : "";
  for (let index = text === "" ? 0 : left; index < items.length; index++) text += encode(items[index] ?? first);
  return { items, text };
}

/** Each record begins with a line break. */
function withoutRecords(text: string, count: number): string {
  let from = 0;
  for (let record = 0; record < count; record++) from = text.indexOf("\n", from + 1);
  return text.slice(from);
}

/** Reads what `encodeMemory` wrote, or a plain JSON object with some of the fields; what is missing is as in a new job. */
export function decodeMemory(stored: unknown): Memory {
  const memory = newMemory();
  if (typeof stored !== "string") return Object.assign(memory, stored);
  const [head = "", ...records] = stored.split("\n");
  if (!head.startsWith(VERSION)) throw new Error(`Memory of version ${head.slice(0, 1)} cannot be read.`);
  const fields = head.slice(VERSION.length).split(",");
  const base = whole(fields[0]);
  memory.accountedThrough = instant(fields[1], base);
  memory.nextSlotAt = instant(fields[2], base);
  memory.pausedAt = instant(fields[3], base);
  memory.firstPingAt = instant(fields[4], base);
  memory.lastPingAt = instant(fields[5], base);
  memory.lastOkAt = instant(fields[6], base);
  memory.badStreak = whole(fields[7]);
  memory.okStreak = whole(fields[8]);
  memory.lastRunNumber = whole(fields[9]);
  memory.lastIncidentNumber = whole(fields[10]);
  for (const record of records) decodeRecord(memory, record, base);
  return memory;
}

function decodeRecord(memory: Memory, record: string, base: Instant): void {
  const fields = record.slice(1).split(",");
  switch (record[0]) {
    case "o":
      memory.openRuns.push(decodeRun(fields, base));
      break;
    case "r":
      memory.recentRuns.push(decodeRun(fields, base));
      break;
    case "p":
      memory.recentPings.push({ at: instant(fields[0], base) ?? base, key: unescaped(fields[1]) ?? "" });
      break;
    case "i":
      memory.incidents.push(decodeIncident(fields, base));
      break;
    default:
      throw new Error(`A record of kind ${JSON.stringify(record[0])} in a job's memory cannot be read.`);
  }
}

function encodeRun(run: Run, base: Instant): string {
  const flags = (run.finishedLate ? LATE : 0) + (run.ambiguous ? AMBIGUOUS : 0) + (run.startSeen ? START_SEEN : 0);
  const finished = run.finishedAt === run.startedAt ? "=" : at(run.finishedAt, base);
  const lastSlot = run.lastSlotAt === run.slotAt ? "=" : at(run.lastSlotAt, base);
  const times = `${at(run.slotAt, base)},${at(run.startedAt, base)},${finished},${at(run.settledAt, base)},${lastSlot}`;
  const origin = `${run.runId ?? ""},${escaped(run.source)},${escaped(run.host)}`;
  const common = `${run.number},${run.outcome},${flags},${run.count},${times},${origin}`;
  const { durationMs, exitCode, reason, finishBy, heartbeatAt, slowBy, heldUntil, output } = run;
  const rare = durationMs ?? exitCode ?? reason ?? finishBy ?? heartbeatAt ?? slowBy ?? heldUntil ?? output;
  if (rare === null) return common;
  const limits = `${at(finishBy, base)},${at(heartbeatAt, base)}`;
  const told = output === null ? "" : `,${output.pingId},${at(output.receivedAt, base)}`;
  const later = slowBy === null && heldUntil === null ? "" : `,${at(slowBy, base)},${at(heldUntil, base)}`;
  return `${common},${at(durationMs, 0)},${exitCode ?? ""},${reason ?? ""},${limits}${told === "" && later !== "" ? ",," : told}${later}`;
}

function decodeRun(fields: readonly string[], base: Instant): Run {
  const flags = whole(fields[2]);
  const slotAt = instant(fields[4], base);
  const startedAt = instant(fields[5], base);
  const outputAt = instant(fields[18], base);
  return {
    number: whole(fields[0]),
    outcome: word<Run["outcome"]>(fields[1]) ?? "unknown",
    slotAt,
    lastSlotAt: fields[8] === "=" ? slotAt : instant(fields[8], base),
    count: whole(fields[3]),
    startedAt,
    finishedAt: fields[6] === "=" ? startedAt : instant(fields[6], base),
    durationMs: instant(fields[12], 0),
    finishBy: instant(fields[15], base),
    heartbeatAt: instant(fields[16], base),
    slowBy: instant(fields[19], base),
    heldUntil: instant(fields[20], base),
    finishedLate: (flags & LATE) !== 0,
    exitCode: instant(fields[13], 0),
    runId: word(fields[9]),
    host: unescaped(fields[11]),
    source: unescaped(fields[10]),
    ambiguous: (flags & AMBIGUOUS) !== 0,
    startSeen: (flags & START_SEEN) !== 0,
    reason: word<NonNullable<Run["reason"]>>(fields[14]),
    settledAt: instant(fields[7], base),
    output: outputAt === null ? null : { pingId: fields[17] ?? "", receivedAt: outputAt },
  };
}

function encodeIncident(incident: OpenIncident, base: Instant): string {
  const { number, severity, cause, openedAt, runNumber, sequence, badCount, missedCount } = incident;
  return `${number},${severity},${cause},${at(openedAt, base)},${runNumber},${sequence},${badCount},${missedCount}`;
}

function decodeIncident(fields: readonly string[], base: Instant): OpenIncident {
  return {
    number: whole(fields[0]),
    severity: word<OpenIncident["severity"]>(fields[1]) ?? "critical",
    cause: word<OpenIncident["cause"]>(fields[2]) ?? "failed",
    openedAt: instant(fields[3], base) ?? base,
    runNumber: whole(fields[4]),
    sequence: whole(fields[5]),
    badCount: whole(fields[6]),
    missedCount: whole(fields[7]),
  };
}

function at(value: Instant | null, base: Instant): number | "" {
  return value === null ? "" : Math.round(value - base);
}

function whole(field: string | undefined): number {
  return Number(field);
}

function instant(field: string | undefined, base: Instant): Instant | null {
  return blank(field) ? null : base + Number(field);
}

/** Words of ours, written by this file: what stands there is one of them. */
function word<T extends string>(field: string | undefined): T | null {
  return blank(field) ? null : (field as T);
}

function blank(field: string | undefined): field is "" | undefined {
  return field === undefined || field === "";
}

const HARMLESS = /^[\w .:|@/+-]*$/;

/** Leaves what commonly stands in addresses and names; everything with a meaning here goes. A lone surrogate is repaired. */
function escaped(text: string | null): string {
  if (text === null) return "";
  return HARMLESS.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
}

function unescaped(field: string | undefined): string | null {
  if (blank(field)) return null;
  return field.includes("%") ? decodeURIComponent(field) : field;
}
