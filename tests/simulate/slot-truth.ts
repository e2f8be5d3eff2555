import type { Instant } from "../../lib/domain/time.ts";
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
import type { Slot } from "./slots.ts";

/** The truth about a job that a scheduler starts. */
export function judgeByTheClock(evidence: Evidence, slots: readonly Slot[]): Truth {
  const { traces, member } = evidence;
  const required = slots.filter((slot) => slot.required);
  const times = required.map(({ at }) => at);
  const firstHeard = traces.find((trace) => heardAt(trace) !== null)?.execution.slot ?? Infinity;
  const signs = readSigns(traces);
  const truths: SlotTruth[] = [];
  const troubles: Trouble[] = [];
  let seen = 0;
  // When the slot before opened, where nobody heard of its run: that may be open now, unseen.
  let unheardFrom: Instant | null = null;
  for (const slot of slots) {
    const { at, deadline } = slot;
    if (at <= firstHeard || !slot.meant) continue;
    const nextOpensAt = required[firstAfter(times, at)]?.opensAt ?? Infinity;
    while ((signs.inOrder[seen]?.at ?? Infinity) < slot.opensAt) seen += 1;
    const own = signs.bySlot.get(at);
    const sign = inTime(own, deadline) ?? inTime(signs.inOrder[seen], Math.min(deadline, nextOpensAt));
    const fate = sign !== null ? (sign.trace.execution.skipped ? "skipped" : "ran") : fateWithout(evidence, at, times);
    const heard = sign !== null && isHeard(sign.trace);
    if (slot.required) truths.push({ at, deadline, fate, heard });
    const since = member.client.sendsStarts ? (unheardFrom ?? slot.opensAt) : slot.opensAt;
    if (fate === "missed") troubles.push(missed(evidence, slot, since));
    unheardFrom = heard ? null : slot.opensAt;
  }
  // After the year nobody is asked.
  const runs = judgeRuns(evidence, (after) => required[firstAfter(times, after) + 1]?.deadline ?? Infinity);
  return { troubles: [...troubles, ...runs], slots: truths };
}

type Sign = { at: Instant; trace: Trace };

function readSigns(traces: readonly Trace[]): { inOrder: readonly Sign[]; bySlot: ReadonlyMap<Instant, Sign> } {
  const bySlot = new Map<Instant, Sign>();
  const inOrder: Sign[] = [];
  for (const trace of traces) {
    const at = signOf(trace);
    if (at === null) continue;
    const sign = { at, trace };
    inOrder.push(sign);
    const { slot } = trace.execution;
    const known = slot === null ? undefined : bySlot.get(slot);
    const better = known === undefined || (known.trace.execution.skipped && !trace.execution.skipped);
    if (slot !== null && better) bySlot.set(slot, sign);
  }
  return { inOrder: inOrder.sort((a, b) => a.at - b.at), bySlot };
}

/** Whether the first that was sent of a run arrived. */
function isHeard({ start, end }: Trace): boolean {
  return (start ?? end)?.lack === null;
}

function inTime(sign: Sign | undefined, deadline: Instant): Sign | null {
  return sign !== undefined && sign.at <= deadline ? sign : null;
}

/** Runs go on for so many others at most. */
const LOOK_BACK = 60;

function fateWithout(evidence: Evidence, slot: Instant, required: readonly Instant[]): "covered" | "missed" {
  const { traces } = evidence;
  const end = firstFrom(traces, slot);
  const coveredAfter = (at: Instant) => required[firstAfter(required, at)] ?? null;
  const before = traces.slice(Math.max(0, end - LOOK_BACK), end);
  return before.some((trace) => covers(evidence, trace, slot, coveredAfter)) ? "covered" : "missed";
}

function missed(evidence: Evidence, { at, deadline, required }: Slot, since: Instant): Trouble {
  // A run that never seems to end covers the slot after it.
  const lostFrom = at - 2 * evidence.member.periodMs;
  return {
    kind: "missed",
    slot: at,
    trace: null,
    limitAt: deadline,
    excuse: required ? (excuseOf(evidence, since, deadline) ?? excuseLost(evidence, lostFrom, deadline)) : "optional",
    detectedAt: null,
  };
}

function excuseLost(evidence: Evidence, from: Instant, to: Instant): "lost" | null {
  return excuseOf({ ...evidence, gaps: [] }, from, to) === null ? null : "lost";
}

/** The index of the first time after `at`. */
function firstAfter(times: readonly Instant[], at: Instant): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
