import type { Instant } from "../../lib/domain/time.ts";
import type { Drive } from "./fleet.ts";
import {
  covers,
  type Evidence,
  excuseOf,
  firstFrom,
  heardAt,
  signOf,
  type SlotTruth,
  type Trouble,
  type Truth,
} from "./judge.ts";
import type { Trace } from "./network.ts";
import { judgeRuns } from "./run-truth.ts";

/** The truth about a job that runs so long after the run before. */
export function judgeALoop(evidence: Evidence, { everyMs }: Drive & { kind: "loop" }): Truth {
  const { traces, member, until } = evidence;
  const graceMs = member.job.limits.graceMs ?? 0;
  const troubles: Trouble[] = [];
  const slots: SlotTruth[] = [];
  const pass = (at: Instant): void => {
    const fate = isCovered(evidence, at, everyMs) ? "covered" : "missed";
    const deadline = at + graceMs;
    slots.push({ at, deadline, fate, heard: false });
    if (fate === "covered") return;
    const excuse = excuseOf(evidence, at - 2 * everyMs, deadline);
    troubles.push({ kind: "missed", slot: at, trace: null, limitAt: deadline, excuse, detectedAt: null });
  };
  let anchor: Instant | null = null;
  for (const trace of [...traces, null]) {
    const sign = trace === null ? until : countsFrom(trace);
    if (sign === null || (anchor === null && (trace === null || heardAt(trace) === null))) continue;
    for (; anchor !== null && anchor + everyMs + graceMs < sign; anchor += everyMs) pass(anchor + everyMs);
    if (anchor !== null && trace !== null) {
      const at = anchor + everyMs;
      slots.push({ at, deadline: at + graceMs, fate: "ran", heard: heardAt(trace) !== null });
    }
    anchor = sign;
  }
  const runs = judgeRuns(evidence, (after) => after + 2 * everyMs + graceMs);
  return { troubles: [...troubles, ...runs], slots };
}

/** Belfry counts from when it heard of a run, or from the time that a ping kept by its client tells. */
function countsFrom(trace: Trace): Instant | null {
  const first = trace.start ?? trace.end;
  return first === null || first.spooled ? signOf(trace) : (first.arrivedAt ?? signOf(trace));
}

function isCovered(evidence: Evidence, slot: Instant, everyMs: number): boolean {
  const latest: Trace | undefined = evidence.traces[firstFrom(evidence.traces, slot) - 1];
  return latest !== undefined && covers(evidence, latest, slot, () => slotAfter(latest, everyMs));
}

/** The slot that Belfry expects next after a run. */
function slotAfter(trace: Trace, everyMs: number): Instant {
  return (countsFrom(trace) ?? trace.execution.startAt) + everyMs;
}
