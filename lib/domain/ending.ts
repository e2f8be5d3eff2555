import { type Draft, makeRun, putSettled } from "./draft.ts";
import { type Booking, type Entry, IGNORED, outputOf, takeBack } from "./entry.ts";
import { pairEnd, pairSettled } from "./pairing.ts";
import type { Ping } from "./ping.ts";
import type { Run } from "./run.ts";
import { abandon, close, settleSlotsBefore } from "./settle.ts";
import { takeSlot } from "./slots.ts";
import type { Instant, Millis } from "./time.ts";
import { watchOften } from "./too-often.ts";
import { countBad, countOk, withdrawBad } from "./verdicts.ts";
import { watchFast } from "./warnings.ts";

/** Books the end of a run, whether its start was seen or not. */
export function bookEnd(draft: Draft, entry: Entry): Booking {
  const { run, dead } = pairEnd(draft, entry);
  for (const lost of dead) abandon(draft, lost, entry.received, "newer-ended");
  if (run !== null) return finish(draft, run, entry);
  const settled = pairSettled(draft, entry.ping);
  if (settled === null) return bookPoint(draft, entry);
  return settled.finishedAt === null && settled.startedAt !== null ? finish(draft, settled, entry) : IGNORED;
}

function finish(draft: Draft, run: Run, entry: Entry): Booking {
  const { ping, at, received } = entry;
  const late = isLate(run, at) || (run.heldUntil !== null && run.finishBy !== null && at > run.finishBy);
  const took = tookMs(ping, run, at);
  const result = resultOf(draft, ping, took);
  const good = result.outcome === "ok";
  const finished: Run = {
    ...endOf(run, entry),
    outcome: good && late ? "overlong" : result.outcome,
    reason: result.reason,
    finishedLate: good && late,
    exitCode: ping.exitCode,
  };
  close(draft, finished, received);
  if (good && run.outcome === "overlong" && !late) withdrawBad(draft, "overlong", finished, received);
  if (good && run.outcome === "running" && late) countBad(draft, "overlong", finished, received);
  count(draft, finished, { good, took, at, received });
  return { disposition: "applied", run: finished };
}

/** Ends a run that says it was left out. Overlong it has had its verdict and keeps it, unless the skip's own time refutes that. */
export function endAsSkipped(draft: Draft, run: Run, entry: Entry): Booking {
  const late = isLate(run, entry.at);
  const outcome = late ? "overlong" : "skipped";
  const skipped: Run = { ...endOf(run, entry), outcome, reason: "announced" };
  close(draft, skipped, entry.received);
  if (run.outcome === "overlong" && !late) withdrawBad(draft, "overlong", skipped, entry.received);
  return { disposition: "applied", run: skipped };
}

/** A run that is seen by its end alone. */
function bookPoint(draft: Draft, entry: Entry): Booking {
  const { ping, at, received } = entry;
  const result = resultOf(draft, ping, ping.durationMs);
  const good = result.outcome === "ok";
  const place = takeSlot(draft, entry);
  const run = makeRun(draft, {
    number: place.number,
    outcome: result.outcome,
    reason: result.reason,
    slotAt: place.slotAt,
    lastSlotAt: place.slotAt,
    startedAt: at - (ping.durationMs ?? 0),
    finishedAt: at,
    durationMs: ping.durationMs,
    exitCode: ping.exitCode,
    startSeen: false,
    runId: ping.runId,
    host: ping.host,
    source: ping.source,
    settledAt: received,
    output: outputOf(ping, null),
  });
  putSettled(draft, run);
  if (run.slotAt !== null) settleSlotsBefore(draft, run.slotAt, received);
  takeBack(draft, place, run, { received, good });
  count(draft, run, { good, took: ping.durationMs, at, received });
  return { disposition: "applied", run };
}

/** Whether a run that was overlong had not ended in time either, by the time that its end speaks of. */
function isLate(run: Run, at: Instant): boolean {
  return run.outcome === "overlong" && run.finishBy !== null && at > run.finishBy;
}

/** The run with what its end says of it but the outcome. */
function endOf(run: Run, { ping, at, received }: Entry): Run {
  // The clock may have been set back since the start, and a client's own may be slow.
  const finishedAt = Math.max(at, run.startedAt ?? at);
  return {
    ...run,
    finishedAt,
    durationMs: ping.durationMs ?? (run.startedAt === null ? null : finishedAt - run.startedAt),
    slowBy: null,
    heldUntil: null,
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

type Judged = Pick<Entry, "at" | "received"> & { good: boolean; took: Millis | null };

function count(draft: Draft, run: Run, { good, took, at, received }: Judged): void {
  if (!good) return countBad(draft, "failed", run, received);
  if (at < received && hasFailedSince(draft, at)) return;
  countOk(draft, run, received);
  watchFast(draft, run, took, received);
  if (at === received) watchOften(draft, run, received);
}

/** Whether a slot was missed or a run failed after `at`: a good run of before, told late, does not make up for that. */
function hasFailedSince({ memory }: Draft, at: Instant): boolean {
  return memory.recentRuns.some(
    ({ outcome, finishedAt, lastSlotAt }) =>
      (outcome === "missed" || outcome === "failed") && (finishedAt ?? lastSlotAt ?? at) > at,
  );
}
