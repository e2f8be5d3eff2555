import { type Draft, makeRun, putOpen, putSettled } from "./draft.ts";
import { endAsSkipped } from "./ending.ts";
import { type Booking, type Entry, IGNORED, outputOf, takeBack } from "./entry.ts";
import { pairLog, pairSettled } from "./pairing.ts";
import type { Run } from "./run.ts";
import { abandon, settleSlotsBefore } from "./settle.ts";
import { takeSlot } from "./slots.ts";
import { type Instant, MINUTE } from "./time.ts";
import { slowByOf, watchOverlap } from "./warnings.ts";

/** At most so many runs of a job are open; the oldest are abandoned. */
const MAX_OPEN_RUNS = 50;

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
  // One that was told late must not take back what a later one has said.
  const heartbeatAt = Math.max(at, run.heartbeatAt ?? run.startedAt ?? at);
  const alive: Run = { ...run, heartbeatAt, finishBy: finishByOf(draft, heartbeatAt), output: outputOf(ping, run) };
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
  const place = takeSlot(draft, entry);
  const ambiguous = ping.runId === null && markAmbiguous(draft);
  const run = makeRun(draft, {
    number: place.number,
    outcome: "running",
    slotAt: place.slotAt,
    lastSlotAt: place.slotAt,
    startedAt: at,
    finishBy: finishByOf(draft, at),
    slowBy: slowByOf(draft, at),
    heldUntil: at < received ? received + Math.min(received - at, MINUTE) : null,
    ambiguous,
    runId: ping.runId,
    host: ping.host,
    source: ping.source,
    output: outputOf(ping, null),
  });
  putOpen(draft, run);
  takeBack(draft, place, run, { received, good: true });
  watchOverlap(draft, received);
  return { disposition: "applied", run };
}

/**
 * Books that this time the job did not run, on purpose. The run of that id ends with it. Another that is open stays so:
 * it may be why this one was left out.
 */
export function bookSkip(draft: Draft, entry: Entry): Booking {
  const { ping, received } = entry;
  if (ping.runId !== null) {
    const open = draft.memory.openRuns.find((run) => run.runId === ping.runId);
    if (open !== undefined) return endAsSkipped(draft, open, entry);
    if (pairSettled(draft, ping) !== null) return IGNORED;
  }
  const place = takeSlot(draft, entry);
  const run = makeRun(draft, {
    number: place.number,
    outcome: "skipped",
    reason: "announced",
    slotAt: place.slotAt,
    lastSlotAt: place.slotAt,
    runId: ping.runId,
    host: ping.host,
    source: ping.source,
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

/** Two open runs without run ids: any end may belong to either. */
function markAmbiguous(draft: Draft): boolean {
  const nameless = draft.memory.openRuns.filter((run) => run.runId === null);
  for (const run of nameless) if (!run.ambiguous) putOpen(draft, { ...run, ambiguous: true });
  return nameless.length > 0;
}

function finishByOf(draft: Draft, from: Instant): Instant | null {
  const { maxRuntimeMs } = draft.job.limits;
  return maxRuntimeMs === null ? null : from + maxRuntimeMs;
}
