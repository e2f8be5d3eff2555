import { DAY, type Instant, type Millis, SECOND } from "../../lib/domain/time.ts";
import type { Member } from "./fleet.ts";
import type { Life } from "./life.ts";
import type { Signal, Trace } from "./network.ts";
import { type Span, touches } from "./span.ts";

export type TroubleKind = "missed" | "failed" | "overlong" | "abandoned";

/** Why nobody can be expected to see a trouble. */
export type Excuse = "optional" | "gap" | "lost";

/** Something that truly went wrong and that people must hear of. */
export type Trouble = {
  kind: TroubleKind;
  slot: Instant | null;
  /** The run that went wrong; null where none took place. */
  trace: Trace | null;
  /** When it could be known: the limit was broken, or the job said so. */
  limitAt: Instant;
  excuse: Excuse | null;
  detectedAt: Instant | null;
};

/** What truly happened to a slot. `heard`: Belfry was told of the run. */
export type SlotTruth = {
  at: Instant;
  deadline: Instant;
  fate: "ran" | "skipped" | "missed" | "covered";
  heard: boolean;
};

/** The truth about a job's year. */
export type Truth = { troubles: readonly Trouble[]; slots: readonly SlotTruth[] };

/** All that the judge looks at. */
export type Evidence = {
  member: Member;
  life: Life;
  /** In order of the runs' starts. */
  traces: readonly Trace[];
  /** Our own absences. */
  gaps: readonly Span[];
  /** No verdict is asked for what would be due later. */
  until: Instant;
};

/** A gap of this length makes what it touches unknown. */
export const BLINDING: Millis = 15 * SECOND;

/** No ping that matters is sent longer after its run's start. */
const LONGEST_RUN = 2 * DAY;

export function excuseOf({ gaps, traces }: Evidence, from: Instant, to: Instant): Excuse | null {
  if (gaps.some((gap) => gap.to - gap.from >= BLINDING && touches(gap, from, to))) return "gap";
  return lostWithin(traces, from, to) ? "lost" : null;
}

/** Whether a ping that was sent then was lost for good. */
export function lostWithin(traces: readonly Trace[], from: Instant, to: Instant): boolean {
  for (let index = firstFrom(traces, from - LONGEST_RUN); index < traces.length; index++) {
    const trace = traces[index];
    if (trace === undefined || trace.execution.startAt > to) return false;
    for (const signal of signalsOf(trace)) {
      if (signal?.lack === "lost" && signal.sentAt >= from && signal.sentAt <= to) return true;
    }
  }
  return false;
}

/** All that a run sends, in order. */
export function signalsOf({ start, beats, end }: Trace): Signal[] {
  return [start, ...beats, end].filter((signal) => signal !== null);
}

/** When a run last told that it was alive, as far as Belfry heard of it before `until`; null where it never did. */
export function lastBeatOf({ start, beats }: Trace, byRunId: boolean, until: Instant = Infinity): Instant | null {
  let last: Instant | null = null;
  for (const signal of start === null ? beats : [start, ...beats]) {
    // By its run id one that is told of again is known to be alive then.
    const heard = (byRunId ? signal.againAt : null) ?? signal.arrivedAt;
    if (heard !== null && heard < until) last = Math.max(last ?? heard, signal.spooled ? signal.sentAt : heard);
  }
  return last;
}

/** The index of the first run that started at or after `at`. */
export function firstFrom(traces: readonly Trace[], at: Instant): number {
  let low = 0;
  let high = traces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((traces[middle]?.execution.startAt ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When a run first showed itself, had the network been quick; null where it never did. */
export function signOf({ start, execution }: Trace): Instant | null {
  return start === null ? execution.endAt : execution.startAt;
}

/** When Belfry first heard of a run; null where it never did. */
export function heardAt({ start, end }: Trace): Instant | null {
  return start?.arrivedAt ?? end?.arrivedAt ?? null;
}

/**
 * Whether a run that was going at `slot` may have kept another from starting: inside its limit; without one, at the one
 * slot after its own, which `coveredAfter` tells.
 */
export function covers(
  { member, life }: Evidence,
  trace: Trace,
  slot: Instant,
  coveredAfter: (at: Instant) => Instant | null,
): boolean {
  const { execution, start } = trace;
  if (start === null || execution.startAt >= slot || (execution.slot !== null && execution.slot >= slot)) return false;
  // A scheduler whose clock is ahead looks for the run before a little earlier.
  const ahead = life.leftOut.has(slot) ? 30 * SECOND : 0;
  if ((execution.endAt ?? Infinity) <= slot - ahead) return false;
  const { maxRuntimeMs } = member.job.limits;
  const beat = trace.beats.findLast(({ sentAt }) => sentAt < slot)?.sentAt;
  if (maxRuntimeMs !== null) return slot <= (beat ?? execution.startAt) + maxRuntimeMs;
  const own = execution.slot ?? execution.startAt;
  return slot === coveredAfter(Math.max(beat ?? own, own));
}
