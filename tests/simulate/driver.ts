import { newMemory } from "../../lib/domain/draft.ts";
import type { JobState, Transition } from "../../lib/domain/state.ts";
import { DAY, type Instant, type Millis, SECOND } from "../../lib/domain/time.ts";
import { applyDeadline, applyPing } from "../../lib/domain/transition.ts";
import type { Member } from "./fleet.ts";
import { type Delivery, pingOf } from "./network.ts";
import type { Random } from "./random.ts";
import { includes, type Span } from "./span.ts";

/** Sees everything that Belfry decides; `delivery` is null for a deadline. */
export type Observer = (transition: Transition, at: Instant, delivery: Delivery | null) => void;

/** The sweep looks so long before the clock, so that a ping on its way into the books comes first. */
const SWEEP_LAG: Millis = SECOND;

/** How much later it may come round. */
const SWEEP_DELAY: readonly [Millis, Millis] = [20, 800];

/** So far back evaluations look for gaps. */
const GAPS_KNOWN: Millis = 8 * DAY;

/** Lets Belfry take the pings of one job and watch its deadlines, as its processes would, until `until`. */
export function drive(
  member: Member,
  deliveries: readonly Delivery[],
  { gaps, until, random }: { gaps: readonly Span[]; until: Instant; random: Random },
  observe: Observer,
): JobState {
  const { job } = member;
  let state: JobState = { ...newMemory(), job, gaps: [] };
  let sweepAt = Infinity;
  let next = 0;
  for (;;) {
    const delivery = deliveries[next];
    const pingAt = delivery?.at ?? Infinity;
    const at = Math.min(pingAt, sweepAt);
    if (at > until) return state;
    const known = gapsAt(gaps, at);
    if (known.length !== state.gaps.length || known[0] !== state.gaps[0]) state = { ...state, gaps: known };
    const isPing = delivery !== undefined && pingAt <= sweepAt;
    const transition = isPing ? applyPing(state, pingOf(member, delivery), at) : applyDeadline(state, at - SWEEP_LAG);
    if (isPing) next += 1;
    state = transition.state;
    observe(transition, at, isPing ? delivery : null);
    const { checkAt } = transition;
    if (!isPing && checkAt !== null && checkAt < at - SWEEP_LAG)
      throw new Error(`A deadline of job ${job.id} stays behind.`);
    sweepAt =
      checkAt === null
        ? Infinity
        : awake(gaps, Math.max(checkAt, at - SWEEP_LAG) + SWEEP_LAG + random.between(...SWEEP_DELAY));
  }
}

/** While Belfry is away, nothing is swept. */
function awake(gaps: readonly Span[], at: Instant): Instant {
  const gap = gaps.find((span) => includes(span, at));
  return gap === undefined ? at : gap.to + ((at - gap.from) % SECOND);
}

const NO_GAPS: readonly Span[] = [];

/** The gaps that are over and not long ago. */
function gapsAt(gaps: readonly Span[], at: Instant): readonly Span[] {
  let some = false;
  for (const gap of gaps) if (gap.to <= at && gap.to >= at - GAPS_KNOWN) some = true;
  return some ? gaps.filter((gap) => gap.to <= at && gap.to >= at - GAPS_KNOWN) : NO_GAPS;
}
