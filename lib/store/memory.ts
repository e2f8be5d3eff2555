import type { OpenIncident } from "../domain/incident.ts";
import type { Outcome, Run } from "../domain/run.ts";
import { KEY_AT, MARK_AT, NO_MARK, NUMBERS_A_PING, type RecentPings } from "../domain/recent-pings.ts";
import type { Memory } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { FieldWriter } from "./memory-fields.ts";

// Every ping reads and rewrites its job's memory, so its size and the cost of both bound the whole ping path. One line a
// record, its first letter the kind; fields between commas, empty for null. Numbers are to the base of 64, and what is
// mostly much like what stands before it tells how far it is from that.

export const VERSION = "3";
export const LATE = 1;
export const AMBIGUOUS = 2;
export const START_SEEN = 4;

/** In the first digit of a run's record, with the flags: the order must never change. */
export const OUTCOMES: readonly Outcome[] = [
  ...(["running", "ok", "failed", "missed"] as const),
  ...(["overlong", "abandoned", "skipped", "unknown"] as const),
];
export const FLAG_BITS = 3;

const LINE_END = 10;

const out = new FieldWriter();

/** A memory as it is written, and where in it the records are that the next one of the job will mostly have too. */
export class WrittenMemory {
  constructor(
    /** Compact ASCII; of one that was read there may be anything behind it. */
    readonly bytes: Buffer,
    readonly recentRuns: readonly Run[],
    readonly recentPings: RecentPings,
    /** Where the records of settled runs begin, where those of pings, and where these end. */
    readonly runsAt: number,
    readonly pingsAt: number,
    readonly endAt: number,
  ) {}
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
  encodeRuns(recentRuns, before);
  const pingsAt = out.length;
  encodePings(recentPings, before);
  const endAt = out.length;
  for (const incident of memory.incidents) encodeIncident(incident);
  return new WrittenMemory(out.take(), recentRuns, recentPings, runsAt, pingsAt, endAt);
}

function encodeFacts(memory: Memory): void {
  out.countFrom(0);
  out.instant(memory.firstPingAt);
  out.instant(memory.lastPingAt);
  out.instant(memory.lastOkAt);
  out.instant(memory.accountedThrough);
  out.instant(memory.nextSlotAt);
  out.instant(memory.pausedAt);
  out.instant(memory.countsSince);
  out.number(memory.badStreak);
  out.number(memory.okStreak);
  out.number(memory.lastRunNumber);
  out.number(memory.lastIncidentNumber);
}

// The first record is written as it is, each of the others by what parts it from the one before: so these can be copied.

function encodeRuns(runs: readonly Run[], before: WrittenMemory | null): void {
  const [first] = runs;
  if (first === undefined) return;
  encodeRun("\nr", first, null);
  let previous = first;
  const shared = before === null ? 0 : runsSharedBy(before.recentRuns, runs);
  if (before !== null && shared > 1) {
    copyRecords(before.bytes, {
      from: before.runsAt,
      to: before.pingsAt,
      skipped: before.recentRuns.length - shared + 1,
    });
  }
  for (let index = 1; index < runs.length; index++) {
    const run = runs[index] ?? previous;
    if (index >= shared) encodeSettledRun(run, previous);
    previous = run;
  }
}

function encodePings(pings: RecentPings, before: WrittenMemory | null): void {
  if (pings.length === 0) return;
  encodePing(pings, 0);
  const shared = before === null ? 0 : numbersSharedBy(before.recentPings, pings);
  if (before !== null && shared > NUMBERS_A_PING) {
    const skipped = (before.recentPings.length - shared) / NUMBERS_A_PING + 1;
    copyRecords(before.bytes, { from: before.pingsAt, to: before.endAt, skipped });
  }
  for (let from = Math.max(shared, NUMBERS_A_PING); from < pings.length; from += NUMBERS_A_PING) {
    encodePing(pings, from);
  }
}

/** How many are remembered still, where that is all but the first of what was remembered before: it is replaced, never changed. */
function runsSharedBy(before: readonly Run[], now: readonly Run[]): number {
  const gone = now[0] === undefined ? -1 : before.indexOf(now[0]);
  if (gone === -1 || before.length - gone > now.length) return 0;
  for (let index = gone; index < before.length; index++) if (before[index] !== now[index - gone]) return 0;
  return before.length - gone;
}

/** As many of the numbers. Of its own: one function for both made an object of each number that it looked at. */
function numbersSharedBy(before: RecentPings, now: RecentPings): number {
  let gone = 0;
  while (gone < before.length && before[gone] !== now[0]) gone += NUMBERS_A_PING;
  if (before.length - gone > now.length) return 0;
  for (let index = gone; index < before.length; index++) if (before[index] !== now[index - gone]) return 0;
  return before.length - gone;
}

/** All records between `from` and `to` but the first `skipped`. */
function copyRecords(bytes: Buffer, { from, to, skipped }: { from: number; to: number; skipped: number }): void {
  let at = from;
  // To ask the buffer costs more than to look: a record has fifty bytes at most.
  for (let left = skipped; left > 0; left--) {
    do at += 1;
    while (at < to && bytes[at] !== LINE_END);
  }
  out.copy(bytes, at, to);
}

function encodePing(pings: RecentPings, from: number): void {
  const previous = from === 0 ? 0 : (pings[from - NUMBERS_A_PING] ?? 0);
  out.text("\np");
  out.whole(Math.round(pings[from] ?? 0) - Math.round(previous));
  out.number(pings[from + KEY_AT] ?? 0);
  const mark = pings[from + MARK_AT] ?? NO_MARK;
  if (mark !== NO_MARK) out.number(mark);
}

/** Most runs differ from the one before by three fields at most. */
function encodeSettledRun(run: Run, previous: Run): void {
  if (!isUsual(run, previous)) return encodeRun("\nr", run, previous);
  out.text("\nu");
  out.whole(Math.round(run.settledAt ?? 0) - latestOf(previous));
  out.id(run.runId);
  if ((run.slotAt ?? run.exitCode) === null) return;
  out.countFrom(run.settledAt ?? 0);
  out.instant(run.slotAt);
  if (run.exitCode !== null) out.number(run.exitCode);
}

/** Whether a run was told by its success alone, as it came, from where the one before it came from. */
function isUsual(run: Run, { number: before, source, host }: Run): boolean {
  const { settledAt } = run;
  return (
    run.number === before + 1 &&
    run.outcome === "ok" &&
    run.count === 1 &&
    settledAt !== null &&
    run.finishedAt === settledAt &&
    run.startedAt === settledAt &&
    run.lastSlotAt === run.slotAt &&
    run.source === source &&
    run.host === host &&
    !(run.finishedLate || run.ambiguous || run.startSeen) &&
    (run.durationMs ?? run.reason ?? run.output) === null &&
    (run.finishBy ?? run.heartbeatAt ?? run.slowBy ?? run.heldUntil) === null
  );
}

function encodeRun(beginning: string, run: Run, previous: Run | null): void {
  const flags = (run.finishedLate ? LATE : 0) + (run.ambiguous ? AMBIGUOUS : 0) + (run.startSeen ? START_SEEN : 0);
  out.text(beginning);
  out.whole(run.number - (previous?.number ?? 0));
  out.number((OUTCOMES.indexOf(run.outcome) << FLAG_BITS) + flags);
  out.number(run.count === 1 ? null : run.count);
  out.countFrom(previous === null ? 0 : latestOf(previous));
  out.instant(run.settledAt);
  out.instant(run.finishedAt);
  out.instant(run.startedAt);
  out.instant(run.slotAt);
  out.instant(run.lastSlotAt);
  out.id(run.runId);
  out.name(run.source, previous?.source);
  out.name(run.host, previous?.host);
  encodeRest(run);
}

/** What most runs have nothing of. */
function encodeRest(run: Run): void {
  const { durationMs, exitCode, reason, finishBy, heartbeatAt, slowBy, heldUntil, output } = run;
  const rare = finishBy ?? heartbeatAt ?? slowBy ?? heldUntil;
  if ((rare ?? durationMs ?? exitCode ?? reason ?? output) === null) return;
  out.number(durationMs === null ? null : Math.round(durationMs));
  out.number(exitCode);
  out.word(reason ?? "");
  if (rare === null && output === null) return;
  out.id(output?.pingId ?? null);
  out.instant(output?.receivedAt ?? null);
  if (rare === null) return;
  out.instant(finishBy);
  out.instant(heartbeatAt);
  out.instant(slowBy);
  out.instant(heldUntil);
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
