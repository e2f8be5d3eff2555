import { DAY, type Instant } from "../../lib/domain/time.ts";
import { type Evidence, excuseOf, lastBeatOf, type Trouble } from "./judge.ts";
import type { Trace } from "./network.ts";

/** Belfry gives up a run without limit and schedule after so long. */
const OPEN_WITHOUT_SCHEDULE = DAY;

/**
 * The runs that truly went wrong. `givenUpAfter`: when a run without a limit that was last heard of at an instant has been
 * open for too long, at the deadline of the second slot after; null where there is none.
 */
export function judgeRuns(evidence: Evidence, givenUpAfter: (at: Instant) => Instant | null): Trouble[] {
  return evidence.traces.flatMap((trace) => {
    const trouble = judgeEnd(trace) ?? judgeLength(evidence, trace, givenUpAfter);
    return trouble === null ? [] : [trouble];
  });
}

function judgeEnd(trace: Trace): Trouble | null {
  const { execution, start, end } = trace;
  if (end === null || (execution.ok && !execution.quick)) return null;
  const lack = end.lack ?? (execution.quick ? (start?.lack ?? null) : null);
  return {
    kind: "failed",
    slot: execution.slot,
    trace,
    limitAt: end.arrivedAt ?? end.sentAt,
    excuse: lack === "refused" ? "gap" : lack,
    detectedAt: null,
  };
}

function judgeLength(evidence: Evidence, trace: Trace, givenUpAfter: (at: Instant) => Instant | null): Trouble | null {
  const { execution, start } = trace;
  if (start === null) return null;
  const { job, client } = evidence.member;
  const { maxRuntimeMs } = job.limits;
  // The limit counts from when the run was last heard of.
  const heard = lastBeatOf(trace, client.runIds) ?? start.sentAt;
  const own = execution.slot ?? heard;
  const isBeat = trace.beats.length > 0 || start.againAt !== null;
  const limitAt =
    maxRuntimeMs === null
      ? (givenUpAfter(isBeat ? Math.max(heard, own) : own) ?? heard + OPEN_WITHOUT_SCHEDULE)
      : heard + maxRuntimeMs;
  if ((execution.endAt ?? Infinity) <= limitAt) return null;
  return {
    kind: maxRuntimeMs === null ? "abandoned" : "overlong",
    slot: execution.slot,
    trace,
    limitAt,
    excuse: start.lack === "refused" ? "gap" : excuseOf(evidence, execution.startAt, limitAt),
    detectedAt: null,
  };
}
