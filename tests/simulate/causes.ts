import { HOUR, type Instant, type Millis, MINUTE, SECOND } from "../../lib/domain/time.ts";
import type { Evidence } from "./judge.ts";
import { firstFrom, lostWithin, signalsOf } from "./judge.ts";
import type { Trace } from "./network.ts";
import { touches } from "./span.ts";
import type { Cause } from "./tally.ts";

/** A verdict that the truth does not bear out: about what began at `from`, given at `at`. */
export type FalseAlarm = { from: Instant; at: Instant; /** The run that it is about. */ trace: Trace | null };

/** Around a change of the clock, slots are closer or further apart than usual. */
const AROUND_CHANGE: Millis = 3 * HOUR;

/** Looks around a false alarm for what may have led to it; null where the network kept a ping from Belfry. */
export function causeOf(
  evidence: Evidence,
  changes: readonly Instant[],
  { from, at, trace }: FalseAlarm,
): Cause | null {
  const since = from - evidence.member.periodMs - MINUTE;
  const around = tracesWithin(evidence.traces, since, at);
  if (lostWithin(evidence.traces, since, at) || around.some((one) => isHeldUp(one, at))) return null;
  const signs: readonly [Cause, boolean][] = [
    ["reordered", trace !== null && isReordered(trace)],
    ["re-sent", trace !== null && isSentAgain(trace)],
    ["own-outage", evidence.gaps.some((gap) => touches(gap, since, at))],
    ["reboot", evidence.life.reboots.some((reboot) => touches(reboot, since, at))],
    [
      "clock-change",
      changes.some((change) => Math.abs(change - from) < AROUND_CHANGE || (change > since && change < at)),
    ],
    ["reordered", around.some(isReordered)],
    ["re-sent", around.some(isSentAgain)],
    ["early", around.some(startsEarly)],
    ["jitter", around.some(({ execution }) => execution.startAt - (execution.slot ?? execution.startAt) > 10 * SECOND)],
  ];
  return signs.find(([, seen]) => seen)?.[0] ?? "other";
}

function tracesWithin(traces: readonly Trace[], from: Instant, to: Instant): Trace[] {
  return traces.slice(firstFrom(traces, from), firstFrom(traces, to + 1));
}

/** The network kept a sign of the run until after the alarm. */
function isHeldUp(trace: Trace, at: Instant): boolean {
  return signalsOf(trace).some(({ spooled, sentAt, arrivedAt }) => spooled && sentAt < at && (arrivedAt ?? 0) >= at);
}

function isReordered({ start, end }: Trace): boolean {
  return (start?.arrivedAt ?? 0) > (end?.arrivedAt ?? Infinity);
}

function isSentAgain(trace: Trace): boolean {
  return signalsOf(trace).some(({ againAt }) => againAt !== null);
}

function startsEarly({ start, end, execution }: Trace): boolean {
  const heard = start?.arrivedAt ?? end?.arrivedAt ?? Infinity;
  return execution.slot !== null && heard < execution.slot;
}
