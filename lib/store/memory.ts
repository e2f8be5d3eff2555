import { newMemory } from "../domain/draft.ts";
import type { OpenIncident } from "../domain/incident.ts";
import type { Run } from "../domain/run.ts";
import type { Memory } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { AsciiWriter } from "./ascii-writer.ts";

// Every ping rewrites its job's memory, so its size and the cost of reading it bound the whole ping path: as a JSON
// object it took five times the time of this text. One line a record, its first letter the kind; fields between commas,
// empty for null; instants as the distance to the base, which is the first field of all and stays the same for a job.

const VERSION = "1";
const LATE = 1;
const AMBIGUOUS = 2;
const START_SEEN = 4;

const out = new AsciiWriter();

/** A memory as it is written, and where in it the records are that the next one of the job will mostly have too. */
export type WrittenMemory = Readonly<{
  /** Compact ASCII. */
  text: string;
  base: Instant;
  recentRuns: Memory["recentRuns"];
  recentPings: Memory["recentPings"];
  /** Where the records of settled runs begin, where those of pings, and where these end. */
  runsAt: number;
  pingsAt: number;
  endAt: number;
}>;

/**
 * Writes what a job remembers; `decodeMemory` reads it back. Fractions of milliseconds are lost. Records of `before`, the
 * job's memory as it was written last, are copied where they are still the same.
 */
export function encodeMemory(memory: Memory, before: WrittenMemory | null = null): WrittenMemory {
  const { recentRuns, recentPings } = memory;
  const base = Math.round(memory.firstPingAt ?? memory.lastPingAt ?? memory.accountedThrough ?? 0);
  const known = before?.base === base ? before : null;
  out.begin();
  out.text(VERSION);
  out.whole(base);
  instants(base, memory.accountedThrough, memory.nextSlotAt, memory.pausedAt);
  instants(base, memory.firstPingAt, memory.lastPingAt, memory.lastOkAt);
  numbers(memory.badStreak, memory.okStreak, memory.lastRunNumber, memory.lastIncidentNumber);
  instants(base, memory.countsSince);
  for (const run of memory.openRuns) encodeRun("o", run, base);
  const runsAt = out.length;
  const { text = "", pingsAt: pingsWereAt = 0 } = known ?? {};
  const oldRuns = copyRecords({
    before: known?.recentRuns,
    now: recentRuns,
    text,
    from: known?.runsAt,
    to: pingsWereAt,
  });
  for (const run of recentRuns.slice(oldRuns)) encodeRun("r", run, base);
  const pingsAt = out.length;
  const oldPings = copyRecords({
    before: known?.recentPings,
    now: recentPings,
    text,
    from: pingsWereAt,
    to: known?.endAt,
  });
  for (const ping of recentPings.slice(oldPings)) encodePing(ping, base);
  const endAt = out.length;
  for (const incident of memory.incidents) encodeIncident(incident, base);
  return { text: out.take(), base, recentRuns, recentPings, runsAt, pingsAt, endAt };
}

type Copying = { before?: readonly unknown[]; now: readonly unknown[]; text: string; from?: number; to?: number };

/**
 * Copies the records of what is remembered still, where that is all but the first of what was remembered before: it is
 * replaced, never changed. @returns how many.
 */
function copyRecords({ before = [], now, text, from = 0, to = 0 }: Copying): number {
  const gone = now.length === 0 ? -1 : before.indexOf(now[0]);
  if (gone === -1) return 0;
  for (let index = gone; index < before.length; index++) if (before[index] !== now[index - gone]) return 0;
  let at = from;
  for (let index = 0; index < gone; index++) at = text.indexOf("\n", at + 1);
  out.copy(text, at, to);
  return before.length - gone;
}

function encodePing({ at, key }: Memory["recentPings"][number], base: Instant): void {
  out.text("\np");
  out.whole(Math.round(at - base));
  words(key);
}

function encodeRun(letter: "o" | "r", run: Run, base: Instant): void {
  const flags = (run.finishedLate ? LATE : 0) + (run.ambiguous ? AMBIGUOUS : 0) + (run.startSeen ? START_SEEN : 0);
  out.text(letter === "o" ? "\no" : "\nr");
  out.whole(run.number);
  words(run.outcome);
  numbers(flags, run.count);
  instants(base, run.slotAt, run.startedAt);
  sameOr(run.finishedAt, run.startedAt, base);
  instants(base, run.settledAt);
  sameOr(run.lastSlotAt, run.slotAt, base);
  words(run.runId ?? "", run.source ?? "", run.host ?? "");
  const { durationMs, exitCode, reason, finishBy, heartbeatAt, slowBy, heldUntil, output } = run;
  const rare = durationMs ?? exitCode ?? reason ?? finishBy ?? heartbeatAt ?? slowBy ?? heldUntil ?? output;
  if (rare === null) return;
  instants(0, durationMs, exitCode);
  words(reason ?? "");
  instants(base, finishBy, heartbeatAt);
  if (output === null && slowBy === null && heldUntil === null) return;
  words(output?.pingId ?? "");
  instants(base, output?.receivedAt ?? null);
  if (slowBy !== null || heldUntil !== null) instants(base, slowBy, heldUntil);
}

function encodeIncident(incident: OpenIncident, base: Instant): void {
  out.text("\ni");
  out.whole(incident.number);
  words(incident.severity, incident.cause);
  instants(base, incident.openedAt);
  numbers(incident.runNumber, incident.sequence, incident.badCount, incident.missedCount);
}

/** Each after a comma, as its distance to the base; nothing for null. */
function instants(base: Instant, ...values: readonly (Instant | null)[]): void {
  for (const value of values) {
    out.text(",");
    if (value !== null) out.whole(Math.round(value - base));
  }
}

/** The two are mostly the same. */
function sameOr(value: Instant | null, other: Instant | null, base: Instant): void {
  if (value === other) out.text(",=");
  else instants(base, value);
}

function numbers(...values: readonly number[]): void {
  instants(0, ...values);
}

function words(...values: readonly string[]): void {
  for (const value of values) {
    out.text(",");
    out.text(escaped(value));
  }
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
  memory.countsSince = instant(fields[11], base);
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
function escaped(text: string): string {
  return HARMLESS.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
}

function unescaped(field: string | undefined): string | null {
  if (blank(field)) return null;
  return field.includes("%") ? decodeURIComponent(field) : field;
}
