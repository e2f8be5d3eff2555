import type { OpenIncident } from "../domain/incident.ts";
import type { Run } from "../domain/run.ts";
import type { Memory } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { AsciiWriter } from "./ascii-writer.ts";

// Every ping rewrites its job's memory, so its size and the cost of reading it bound the whole ping path: as a JSON
// object it took five times the time of this text. One line a record, its first letter the kind; fields between commas,
// empty for null; instants as the distance to the base, which is the first field of all and stays the same for a job.

export const VERSION = "1";
export const LATE = 1;
export const AMBIGUOUS = 2;
export const START_SEEN = 4;

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
  words(...(incident.laterCauses ?? []));
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

const HARMLESS = /^[\w .:|@/+-]*$/;

/** Leaves what commonly stands in addresses and names; everything with a meaning here goes. A lone surrogate is repaired. */
function escaped(text: string): string {
  return HARMLESS.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
}
