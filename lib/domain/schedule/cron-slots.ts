import { DAY, type Instant, type Millis } from "../time.ts";
import { segmentAt, type Segment, type Zone } from "../zone.ts";
import type { ClockChangePolicy } from "./cron-plan.ts";
import type { WallClock, WallTime } from "./wall-clock.ts";

/** The instants at which something runs. */
export type Slots = {
  /** The first strictly after `from`. */
  next(from: Instant): Instant | null;
  /** The last at or before `from`. */
  prev(from: Instant): Instant | null;
};

/** What to do where the offset changes by `jump`, positive where clocks are put forward, to `offset`. */
export type PolicyAt = (
  jump: Millis,
  offset: Millis,
) => Pick<ClockChangePolicy, "gap"> & {
  /** `neither`: wall times that exist twice are left out. */
  fold: ClockChangePolicy["fold"] | "neither";
};

// Outside these years the rules of zones are guesswork, and dates near the end of time overflow.
const EARLIEST = Date.UTC(1901, 0, 1);
const LATEST = Date.UTC(2499, 0, 1);

/**
 * Puts wall times on the time line. Between two changes of the offset an instant is wall − offset;
 * at a change the policy decides about wall times that do not exist or exist twice.
 */
export function createCronSlots(clock: WallClock, zone: Zone, policyAt: PolicyAt): Slots {
  // Two are remembered: a rare slot often lies in another stretch than the question.
  let latest: Stretch | null = null;
  let earlier: Stretch | null = null;

  function stretchAt(at: Instant): Stretch {
    if (latest !== null && isWithin(latest, at)) return latest;
    const found = earlier !== null && isWithin(earlier, at) ? earlier : stretchOf(zone, at, policyAt);
    earlier = latest;
    latest = found;
    return found;
  }

  return {
    next(from) {
      let at = Math.max(from, EARLIEST);
      let after = at === from ? from : at - 1;
      while (at <= LATEST) {
        const stretch = stretchAt(at);
        if (after < stretch.start && catchesUp(stretch, clock)) return stretch.start;
        const wall = clock.next(Math.max(after + stretch.offset, stretch.firstWall - 1));
        if (wall === null) return null;
        const slot = wall - stretch.offset;
        if (slot < stretch.lastEnd) return slot;
        at = firstStretchAfter(stretch, wall, clock);
        after = at - 1;
      }
      return null;
    },
    prev(from) {
      let at = Math.min(from, LATEST);
      while (at >= EARLIEST) {
        const stretch = stretchAt(at);
        const wall = clock.prev(Math.min(at, stretch.lastEnd - 1) + stretch.offset);
        if (wall === null) return null;
        const slot = wall - stretch.offset;
        if (wall >= stretch.firstWall) return slot;
        if (catchesUp(stretch, clock)) return stretch.start;
        at = lastStretchBefore(stretch, wall, clock);
      }
      return null;
    },
  };
}

/** A segment with what the policy says of the change at its start. */
type Stretch = Segment & {
  /** Earlier wall times of this segment do not run: they ran before the clocks went back. */
  firstWall: WallTime;
  /** Wall times left out by the change run at the start; null where they do not, or none are left out. */
  missedFrom: WallTime | null;
  /** From here to its end wall times do not run: they run after the clocks went back. */
  lastEnd: Instant;
};

function isWithin({ start, end }: Stretch, at: Instant): boolean {
  return at >= start && at < end;
}

function stretchOf(zone: Zone, at: Instant, policyAt: PolicyAt): Stretch {
  const segment = segmentAt(zone, at);
  const opening = segment.start + segment.offset;
  const closing = segment.start + segment.offsetBefore;
  const policy = policyAt(segment.offset - segment.offsetBefore, segment.offset);
  return {
    ...segment,
    firstWall: policy.fold === "first" || policy.fold === "neither" ? Math.max(opening, closing) : opening,
    missedFrom: policy.gap === "end" && opening > closing ? closing : null,
    lastEnd: lastEndOf(segment, zone.offsetAt(segment.end), policyAt),
  };
}

function lastEndOf({ end, offset }: Segment, offsetAfter: Millis, policyAt: PolicyAt): Instant {
  const jump = offsetAfter - offset;
  if (jump >= 0) return end;
  const { fold } = policyAt(jump, offsetAfter);
  return fold === "second" || fold === "neither" ? end + jump : end;
}

function catchesUp(stretch: Stretch, clock: WallClock): boolean {
  if (stretch.missedFrom === null) return false;
  const missed = clock.next(stretch.missedFrom - 1);
  return missed !== null && missed < stretch.start + stretch.offset;
}

// The next match may be years away, with many changes of the offset between. Changes shift the clock by a day at most
// and may repeat wall times, so matches are looked for from a day beyond the stretch, and approached to within two.
const REPEATED = DAY;
const NEAR = 2 * DAY;

/** An instant from which to look on after `stretch`: its end, or shortly before the next match. */
function firstStretchAfter({ end, offset }: Stretch, found: WallTime, clock: WallClock): Instant {
  const wall = clock.next(end + offset - REPEATED) ?? found;
  return Math.max(end, wall - offset - NEAR);
}

/** An instant from which to look back before `stretch`: just before it, or shortly after the previous match. */
function lastStretchBefore({ start, offset }: Stretch, found: WallTime, clock: WallClock): Instant {
  const wall = clock.prev(start + offset + REPEATED) ?? found;
  return Math.min(start - 1, wall - offset + NEAR);
}
