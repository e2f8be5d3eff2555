import type { OpenIncident } from "../domain/incident.ts";
import type { Outcome, Run } from "../domain/run.ts";
import { NO_MARK, type RecentPing } from "../domain/recent-ping.ts";
import type { Memory } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { AsciiWriter } from "./ascii-writer.ts";

// Every ping reads and rewrites its job's memory, so its size and the cost of both bound the whole ping path. One line a
// record, its first letter the kind; fields between commas, empty for null. Numbers are to the base of 64, and what is
// mostly much like what stands before it tells how far it is from that.

export const VERSION = "2";
export const LATE = 1;
export const AMBIGUOUS = 2;
export const START_SEEN = 4;
/** Before an id that is not one in lower case. */
export const STRANGE = "!";
/** The same text as in the record before. */
export const SAME = "=";

/** In the first digit of a run's record, with the flags: the order must never change. */
export const OUTCOMES: readonly Outcome[] = [
  ...(["running", "ok", "failed", "missed"] as const),
  ...(["overlong", "abandoned", "skipped", "unknown"] as const),
];
export const FLAG_BITS = 3;

const COMMA = 44;
const LINE_END = 10;

const out = new AsciiWriter();
/** The instant that was written last. */
let written: Instant = 0;

/** A memory as it is written, and where in it the records are that the next one of the job will mostly have too. */
export class WrittenMemory {
  constructor(
    /** Compact ASCII. */
    readonly bytes: Buffer,
    readonly recentRuns: readonly Run[],
    readonly recentPings: readonly RecentPing[],
    /** Where the records of settled runs begin, where those of pings, and where these end. */
    readonly runsAt: number,
    readonly pingsAt: number,
    readonly endAt: number,
  ) {}

  get text(): string {
    return this.bytes.toString("latin1");
  }

  get runRecords(): Records<Run> {
    return { records: this.recentRuns, bytes: this.bytes, from: this.runsAt, to: this.pingsAt };
  }

  get pingRecords(): Records<RecentPing> {
    return { records: this.recentPings, bytes: this.bytes, from: this.pingsAt, to: this.endAt };
  }
}

/**
 * Writes what a job remembers; `decodeMemory` reads it back. Fractions of milliseconds are lost. Records of `before`, the
 * job's memory as it was written last, are copied where they are still the same.
 */
export function encodeMemory(memory: Memory, before: WrittenMemory | null = null): WrittenMemory {
  const { recentRuns, recentPings } = memory;
  out.begin();
  out.text(VERSION);
  encodeFacts(memory);
  for (const run of memory.openRuns) encodeRun("\no", run, null);
  const runsAt = out.length;
  encodeRecords(recentRuns, before?.runRecords ?? null, encodeSettledRun);
  const pingsAt = out.length;
  encodeRecords(recentPings, before?.pingRecords ?? null, encodePing);
  const endAt = out.length;
  for (const incident of memory.incidents) encodeIncident(incident);
  return new WrittenMemory(out.take(), recentRuns, recentPings, runsAt, pingsAt, endAt);
}

function encodeFacts(memory: Memory): void {
  written = 0;
  instant(memory.firstPingAt);
  instant(memory.lastPingAt);
  instant(memory.lastOkAt);
  instant(memory.accountedThrough);
  instant(memory.nextSlotAt);
  instant(memory.pausedAt);
  instant(memory.countsSince);
  number(memory.badStreak);
  number(memory.okStreak);
  number(memory.lastRunNumber);
  number(memory.lastIncidentNumber);
}

type Records<T> = { records: readonly T[]; bytes: Buffer; from: number; to: number };

/** The first is written as it is, each of the others by what parts it from the one before: so these can be copied. */
function encodeRecords<T>(
  records: readonly T[],
  before: Records<T> | null,
  encode: (record: T, previous: T | null) => void,
): void {
  const [first] = records;
  if (first === undefined) return;
  encode(first, null);
  let previous = first;
  const shared = before === null ? 0 : sharedBy(before.records, records);
  if (before !== null && shared > 1) copyLast(shared - 1, before);
  for (let index = 1; index < records.length; index++) {
    const record = records[index] ?? previous;
    if (index >= shared) encode(record, previous);
    previous = record;
  }
}

/** How many are remembered still, where that is all but the first of what was remembered before: it is replaced, never changed. */
function sharedBy(before: readonly unknown[], now: readonly unknown[]): number {
  const gone = before.indexOf(now[0]);
  if (gone === -1 || before.length - gone > now.length) return 0;
  for (let index = gone; index < before.length; index++) if (before[index] !== now[index - gone]) return 0;
  return before.length - gone;
}

function copyLast(count: number, { records, bytes, from, to }: Records<unknown>): void {
  let at = from;
  // To ask the buffer costs more than to look: a record has fifty bytes.
  for (let skipped = 0; skipped < records.length - count; skipped++) {
    do at += 1;
    while (at < to && bytes[at] !== LINE_END);
  }
  out.copy(bytes, at, to);
}

function encodePing({ at, key, mark }: RecentPing, previous: RecentPing | null): void {
  out.text("\np");
  out.whole(Math.round(at) - Math.round(previous?.at ?? 0));
  number(key);
  if (mark !== NO_MARK) number(mark);
}

function encodeSettledRun(run: Run, previous: Run | null): void {
  encodeRun("\nr", run, previous);
}

function encodeRun(beginning: string, run: Run, previous: Run | null): void {
  const flags = (run.finishedLate ? LATE : 0) + (run.ambiguous ? AMBIGUOUS : 0) + (run.startSeen ? START_SEEN : 0);
  out.text(beginning);
  out.whole(run.number - (previous?.number ?? 0));
  number((OUTCOMES.indexOf(run.outcome) << FLAG_BITS) + flags);
  number(run.count === 1 ? null : run.count);
  written = previous === null ? 0 : latestOf(previous);
  instant(run.settledAt);
  instant(run.finishedAt);
  instant(run.startedAt);
  instant(run.slotAt);
  instant(run.lastSlotAt);
  id(run.runId);
  name(run.source, previous?.source);
  name(run.host, previous?.host);
  encodeRest(run);
}

/** What most runs have nothing of. */
function encodeRest(run: Run): void {
  const { durationMs, exitCode, reason, finishBy, heartbeatAt, slowBy, heldUntil, output } = run;
  const rare = finishBy ?? heartbeatAt ?? slowBy ?? heldUntil;
  if ((rare ?? durationMs ?? exitCode ?? reason ?? output) === null) return;
  number(durationMs === null ? null : Math.round(durationMs));
  number(exitCode);
  word(reason ?? "");
  if (rare === null && output === null) return;
  id(output?.pingId ?? null);
  instant(output?.receivedAt ?? null);
  if (rare === null) return;
  instant(finishBy);
  instant(heartbeatAt);
  instant(slowBy);
  instant(heldUntil);
}

/** What the instants of the run after this one are counted from. */
export function latestOf({ settledAt, startedAt, slotAt }: Run): Instant {
  return Math.round(settledAt ?? startedAt ?? slotAt ?? 0);
}

/** Rare and long-lived: written for eyes. */
function encodeIncident(incident: OpenIncident): void {
  const { number: own, severity, cause, openedAt, runNumber, sequence, badCount, missedCount } = incident;
  out.text(`\ni${own},${severity},${cause},${Math.round(openedAt)}`);
  out.text(`,${runNumber},${sequence},${badCount},${missedCount}`);
  for (const later of incident.laterCauses ?? []) out.text(`,${later}`);
}

/** Its distance to the instant that was written before it: mostly there is little between them. */
function instant(value: Instant | null): void {
  out.code(COMMA);
  if (value === null) return;
  const rounded = Math.round(value);
  out.whole(rounded - written);
  written = rounded;
}

function number(value: number | null): void {
  out.code(COMMA);
  if (value !== null) out.whole(value);
}

function word(text: string): void {
  out.code(COMMA);
  out.text(text);
}

function id(text: string | null): void {
  out.code(COMMA);
  if (text === null || out.uuid(text)) return;
  out.text(STRANGE);
  out.text(escaped(text));
}

/** It is mostly that of the record before. */
function name(text: string | null, before: string | null | undefined): void {
  word(text !== null && text === before ? SAME : escaped(text ?? ""));
}

const HARMLESS = /^[\w .:|@/+-]*$/;

/** Leaves what commonly stands in addresses and names; everything with a meaning here goes. A lone surrogate is repaired. */
function escaped(text: string): string {
  return HARMLESS.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
}
