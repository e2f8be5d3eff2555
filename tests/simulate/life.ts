import type { Instant, Millis } from "../../lib/domain/time.ts";
import { DAY, MINUTE, SECOND } from "../../lib/domain/time.ts";
import type { Member } from "./fleet.ts";
import { CLOSE_CALL, type Habits } from "./habits.ts";
import type { Random } from "./random.ts";
import { includes, type Span } from "./span.ts";

/** A run as it truly was. */
export type Execution = {
  /** The time that it was meant for; null where it had none. */
  slot: Instant | null;
  host: number;
  startAt: Instant;
  /** Null where it hung or was killed. */
  endAt: Instant | null;
  /** From then on nothing of it was left. */
  goneAt: Instant;
  /** Until then it told that it is alive, where it does such things. */
  aliveUntil: Instant;
  /** Left out, because the run before was still going. */
  skipped: boolean;
  /** What it said at its end. */
  ok: boolean;
  /** It ended so soon that it cannot have done its work, whatever it said. */
  quick: boolean;
};

/** What happened to a job in a year. */
export type Life = {
  /** In order of their starts. */
  executions: readonly Execution[];
  /** Slots that a scheduler left out, because the run before was still going. */
  leftOut: ReadonlySet<Instant>;
  reboots: readonly Span[];
};

const YEAR: Millis = 365 * DAY;

/** How often something happens in the span that happens so often in a year. */
export function countIn(random: Random, perYear: number, span: Span): number {
  return random.count((perYear * (span.to - span.from)) / YEAR);
}

/** When a machine was down, in order. */
export function drawReboots(random: Random, perYear: number, span: Span): Span[] {
  const starts = Array.from({ length: countIn(random, perYear, span) }, () => random.between(span.from, span.to));
  return starts
    .sort((a, b) => a - b)
    .map((from) => ({ from, to: from + random.scaled(MINUTE, 25 * MINUTE) }))
    .filter((reboot, index, all) => reboot.from > (all[index - 1]?.to ?? 0) + 10 * MINUTE);
}

/** What a healthy run would take at `at`. */
export function drawDuration(random: Random, habits: Habits, share: number): Millis {
  const median = habits.medianMs * (1 + habits.growth * share);
  const drawn = median * Math.exp(habits.spread * random.normal());
  return Math.min(Math.max(drawn, habits.shortestMs), habits.longestMs);
}

export type Ending = Omit<Execution, "slot" | "host" | "startAt">;

/** How a run ends that starts at `startAt`. `latestEnd`: an overlong run that would last longer hangs. */
export function drawEnding(
  random: Random,
  member: Member,
  run: { startAt: Instant; share: number; healthy: boolean; latestEnd: Instant },
): Ending {
  const { habits } = member;
  const { startAt } = run;
  const fate = run.healthy ? 1 : random.next();
  const { maxRuntimeMs, minRuntimeMs } = member.job.limits;
  const durationMs = drawDuration(random, habits, run.share);
  const hung: Ending = {
    endAt: null,
    goneAt: startAt + random.scaled(1.2, 6) * member.periodMs,
    aliveUntil: startAt + random.next() * durationMs,
    skipped: false,
    ok: false,
    quick: false,
  };
  const endingAt = (endAt: Instant): Ending => ({ ...hung, endAt, goneAt: endAt, aliveUntil: endAt, ok: true });
  if (fate < habits.hanging) return hung;
  if (fate < habits.hanging + habits.overrunning && maxRuntimeMs !== null) {
    const endAt = startAt + maxRuntimeMs + CLOSE_CALL + random.scaled(30 * SECOND, maxRuntimeMs);
    return habits.beatMs === null && endAt < run.latestEnd ? endingAt(endAt) : hung;
  }
  if (fate >= habits.hanging + habits.overrunning + habits.failing) return endingAt(startAt + durationMs);
  if (minRuntimeMs === null || random.chance(0.5)) return { ...endingAt(startAt + durationMs), ok: false };
  return { ...endingAt(startAt + random.between(0.3, 0.5) * minRuntimeMs), quick: true };
}

/** Lets a reboot kill what runs. */
export function killBy(reboots: readonly Span[], startAt: Instant, ending: Ending): Ending {
  const reboot = reboots.find(({ from }) => startAt < from && from < ending.goneAt);
  if (reboot === undefined) return ending;
  const aliveUntil = Math.min(ending.aliveUntil, reboot.from);
  return { ...ending, endAt: null, goneAt: reboot.from, aliveUntil, ok: false, quick: false };
}

/** The job finds that a run of its own is still going, and leaves. */
export function leaveOut(run: Execution): Execution {
  const endAt = run.startAt + SECOND / 10;
  return { ...run, endAt, goneAt: run.startAt, aliveUntil: run.startAt, skipped: true, ok: true, quick: false };
}

/** The reboot that a machine is in at any moment of [from, to]; null where it is up. */
export function rebootAt(reboots: readonly Span[], from: Instant, to: Instant): Span | null {
  return reboots.find((reboot) => includes(reboot, from) || includes(reboot, to)) ?? null;
}

/** Moves an instant away from a limit where it would be a close call which side it is on. */
export function clearOf(limit: Instant, at: Instant): Instant {
  return Math.abs(at - limit) < CLOSE_CALL ? limit + CLOSE_CALL + SECOND : at;
}
