import { type Draft, makeRun, putOpen, putSettled } from "./draft.ts";
import { pairEnd, pairLog, pairSettled } from "./pairing.ts";
import type { Ping, PingDisposition } from "./ping.ts";
import type { Run } from "./run.ts";
import { abandon, close, settleSlotsBefore } from "./settle.ts";
import { type Place, takeSlot } from "./slots.ts";
import type { Instant, Millis } from "./time.ts";
import { countBad, countOk, uncountBad, withdrawBad } from "./verdicts.ts";
import { slowByOf, watchFast, watchOverlap } from "./warnings.ts";

/** At most so many runs of a job are open; the oldest are abandoned. */
const MAX_OPEN_RUNS = 50;

/** A ping on its way into the books: `at` is the time it speaks of, `received` when it came. */
export type Entry = { ping: Ping; at: Instant; received: Instant };

export type Booking = { disposition: PingDisposition; run: Run | null };

const IGNORED: Booking = { disposition: "ignored", run: null };

/** Books a log line: it becomes output of the open run and changes nothing else. */
export function bookLog(draft: Draft, { ping }: Entry): Booking {
  const run = pairLog(draft, ping);
  if (run === null) return { disposition: "applied", run: null };
  const told = { ...run, output: outputOf(ping, run) };
  if (ping.hasBody) putOpen(draft, told);
  return { disposition: "applied", run: told };
}

/** A start that names an open run again says that it is alive: its finish-by moves. Null where the ping is no such start. */
export function bookHeartbeat(draft: Draft, { ping, at }: Entry): Booking | null {
  if (ping.action !== "start" || ping.runId === null) return null;
  const run = draft.memory.openRuns.find((open) => open.runId === ping.runId);
  if (run === undefined) return null;
  const alive: Run = { ...run, heartbeatAt: at, finishBy: finishByOf(draft, at), output: outputOf(ping, run) };
  putOpen(draft, alive);
  return { disposition: "applied", run: alive };
}

/** Books the start of a run. */
export function bookStart(draft: Draft, entry: Entry): Booking {
  const { ping, at, received } = entry;
  const settled = ping.runId === null ? null : pairSettled(draft, ping);
  if (settled !== null) return bookStartAfterEnd(draft, settled, at);

  const oldest = draft.memory.openRuns[0];
  if (draft.memory.openRuns.length >= MAX_OPEN_RUNS && oldest !== undefined) {
    abandon(draft, oldest, received, "too-many-open");
  }
  const place = takeSlot(draft, at);
  const ambiguous = ping.runId === null && markAmbiguous(draft);
  const run = makeRun(draft, {
    outcome: "running",
    ...slotOf(place),
    startedAt: at,
    finishBy: finishByOf(draft, at),
    slowBy: slowByOf(draft, at),
    ambiguous,
    ...originOf(ping),
    output: outputOf(ping, null),
  });
  putOpen(draft, run);
  takeBack(draft, place, run, { received, good: true });
  watchOverlap(draft, received);
  return { disposition: "applied", run };
}

/** Books the end of a run, whether its start was seen or not. */
export function bookEnd(draft: Draft, entry: Entry): Booking {
  const { run, dead } = pairEnd(draft, entry.ping, entry.at);
  for (const lost of dead) abandon(draft, lost, entry.received, "newer-ended");
  if (run !== null) return finish(draft, run, entry);
  const settled = pairSettled(draft, entry.ping);
  if (settled === null) return bookPoint(draft, entry);
  return settled.finishedAt === null && settled.startedAt !== null ? finish(draft, settled, entry) : IGNORED;
}

/**
 * Books that this time the job did not run, on purpose. The run of that id ends with it. Another that is open stays so:
 * it may be why this one was left out.
 */
export function bookSkip(draft: Draft, entry: Entry): Booking {
  const { ping, at, received } = entry;
  if (ping.runId !== null) {
    const open = draft.memory.openRuns.find((run) => run.runId === ping.runId);
    if (open !== undefined) return endAsSkipped(draft, open, entry);
    if (pairSettled(draft, ping) !== null) return IGNORED;
  }
  const place = takeSlot(draft, at);
  const run = makeRun(draft, {
    outcome: "skipped",
    reason: "announced",
    ...slotOf(place),
    ...originOf(ping),
    settledAt: received,
    output: outputOf(ping, null),
  });
  putSettled(draft, run);
  if (run.slotAt !== null) settleSlotsBefore(draft, run.slotAt, received);
  takeBack(draft, place, run, { received, good: true });
  return { disposition: "applied", run };
}

/** The end came first: now the run learns when it began. The start of a run that ended long ago says nothing. */
function bookStartAfterEnd(draft: Draft, run: Run, at: Instant): Booking {
  if (run.startSeen || run.finishedAt === null) return IGNORED;
  const startedAt = Math.min(at, run.finishedAt);
  const whole: Run = { ...run, startedAt, startSeen: true, durationMs: run.durationMs ?? run.finishedAt - startedAt };
  putSettled(draft, whole);
  return { disposition: "applied", run: whole };
}

function finish(draft: Draft, run: Run, entry: Entry): Booking {
  const { ping, at, received } = entry;
  const late = isLate(run, at);
  const took = tookMs(ping, run, at);
  const result = resultOf(draft, ping, took);
  const good = result.outcome === "ok";
  const finished: Run = {
    ...run,
    ...result,
    ...endOf(run, entry),
    outcome: good && late ? "overlong" : result.outcome,
    finishedLate: good && late,
    exitCode: ping.exitCode,
  };
  close(draft, finished, received);
  if (good && run.outcome === "overlong" && !late) withdrawBad(draft, "overlong", finished, received);
  count(draft, finished, { good, took, received });
  return { disposition: "applied", run: finished };
}

/** An overlong run has had its verdict and keeps it, unless the skip's own time refutes that. */
function endAsSkipped(draft: Draft, run: Run, entry: Entry): Booking {
  const late = isLate(run, entry.at);
  const outcome = late ? "overlong" : "skipped";
  const skipped: Run = { ...run, ...endOf(run, entry), outcome, reason: "announced" };
  close(draft, skipped, entry.received);
  if (run.outcome === "overlong" && !late) withdrawBad(draft, "overlong", skipped, entry.received);
  return { disposition: "applied", run: skipped };
}

/** A run that is seen by its end alone. */
function bookPoint(draft: Draft, entry: Entry): Booking {
  const { ping, at, received } = entry;
  const result = resultOf(draft, ping, ping.durationMs);
  const good = result.outcome === "ok";
  const place = takeSlot(draft, at);
  const run = makeRun(draft, {
    ...result,
    ...slotOf(place),
    startedAt: at - (ping.durationMs ?? 0),
    finishedAt: at,
    durationMs: ping.durationMs,
    exitCode: ping.exitCode,
    startSeen: false,
    ...originOf(ping),
    settledAt: received,
    output: outputOf(ping, null),
  });
  putSettled(draft, run);
  if (run.slotAt !== null) settleSlotsBefore(draft, run.slotAt, received);
  takeBack(draft, place, run, { received, good });
  count(draft, run, { good, took: ping.durationMs, received });
  return { disposition: "applied", run };
}

/** Whether a run that was overlong had not ended in time either, by the time that its end speaks of. */
function isLate(run: Run, at: Instant): boolean {
  return run.outcome === "overlong" && run.finishBy !== null && at > run.finishBy;
}

type End = Pick<Run, "finishedAt" | "durationMs" | "host" | "settledAt" | "output">;

function endOf(run: Run, { ping, at, received }: Entry): End {
  // The clock may have been set back since the start, and a client's own may be slow.
  const finishedAt = Math.max(at, run.startedAt ?? at);
  return {
    finishedAt,
    durationMs: ping.durationMs ?? (run.startedAt === null ? null : finishedAt - run.startedAt),
    host: run.host ?? ping.host,
    settledAt: received,
    output: outputOf(ping, run),
  };
}

/** How long a run took as far as that is certain: where its end is a guess, only its client can tell. */
function tookMs(ping: Ping, run: Run, at: Instant): Millis | null {
  if (ping.durationMs !== null) return ping.durationMs;
  return run.startedAt === null || run.ambiguous || at < run.startedAt ? null : at - run.startedAt;
}

/** What an end says of its run. A success sooner than the shortest run time is none. */
function resultOf(draft: Draft, ping: Ping, took: Millis | null): { outcome: "ok" | "failed"; reason: Run["reason"] } {
  if (ping.action !== "success") return { outcome: "failed", reason: null };
  const tooQuick = took !== null && took < (draft.job.limits.minRuntimeMs ?? 0);
  return tooQuick ? { outcome: "failed", reason: "too-quick" } : { outcome: "ok", reason: null };
}

type Judged = { good: boolean; took: Millis | null; received: Instant };

function count(draft: Draft, run: Run, { good, took, received }: Judged): void {
  if (!good) return countBad(draft, "failed", run, received);
  countOk(draft, run, received);
  watchFast(draft, run, took, received);
}

/** The verdict that gave way to this run no longer counts; one that the ping's own time refutes is withdrawn. */
function takeBack(draft: Draft, place: Place, run: Run, { good, received }: Omit<Judged, "took">): void {
  if (place.replaced !== "missed") return;
  if (place.contradicted && good) withdrawBad(draft, "missed", run, received);
  else uncountBad(draft);
}

/** Two open runs without run ids: any end may belong to either. */
function markAmbiguous(draft: Draft): boolean {
  const nameless = draft.memory.openRuns.filter((run) => run.runId === null);
  for (const run of nameless) if (!run.ambiguous) putOpen(draft, { ...run, ambiguous: true });
  return nameless.length > 0;
}

function slotOf(place: Place): Partial<Run> {
  const slot = { slotAt: place.slotAt, lastSlotAt: place.slotAt };
  return place.number === undefined ? slot : { ...slot, number: place.number };
}

function originOf(ping: Ping): Pick<Run, "runId" | "host" | "source"> {
  return { runId: ping.runId, host: ping.host, source: ping.source };
}

function outputOf(ping: Ping, run: Run | null): Run["output"] {
  return ping.hasBody ? { pingId: ping.id, receivedAt: ping.receivedAt } : (run?.output ?? null);
}

function finishByOf(draft: Draft, from: Instant): Instant | null {
  const { maxRuntimeMs } = draft.job.limits;
  return maxRuntimeMs === null ? null : from + maxRuntimeMs;
}
