import type { Instant } from "../../lib/domain/time.ts";
import type { WallTimes } from "./wall-times.ts";

/** What a scheduler looks at: the local time of every minute of the year, and which local minutes its job is for. */
export type Watch = {
  local: Int32Array;
  marked: Uint8Array;
  times: WallTimes;
  /** The local minute at which the first minute would be in UTC. */
  ahead: number;
  zone: string;
  /** The first minute. */
  from: Instant;
  /** When the clock is changed. */
  changes: readonly Instant[];
};

/**
 * A scheduler that looks at the clock once a minute. Answers the minutes in which it starts the job, in order; one
 * minute several times where runs are caught up one after the other.
 */
export type Daemon = (watch: Watch) => number[];

/** Starts whatever is due on the wall clock, whatever the clock did before. */
export const followTheClock: Daemon = ({ local, marked }) => {
  const fires: number[] = [];
  for (let minute = 0; minute < local.length; minute++) {
    if (marked[local[minute] ?? 0] === 1) fires.push(minute);
  }
  return fires;
};

/** Looks for the next time after the one before, so it never goes back with the clock. */
export const neverGoBack: Daemon = ({ local, marked }) => {
  const fires: number[] = [];
  let latest = -1;
  for (let minute = 0; minute < local.length; minute++) {
    const now = local[minute] ?? 0;
    if (now <= latest) continue;
    latest = now;
    if (marked[now] === 1) fires.push(minute);
  }
  return fires;
};

/** Takes a time that will come again for the later of the two. */
export const waitForTheLast: Daemon = ({ local, marked }) => {
  const fires: number[] = [];
  let earliest = Infinity;
  for (let minute = local.length - 1; minute >= 0; minute--) {
    const now = local[minute] ?? 0;
    if (now >= earliest) continue;
    earliest = now;
    if (marked[now] === 1) fires.push(minute);
  }
  return fires.toReversed();
};

/** Starts once when the clock has jumped over a time. `repeats`: whether it runs again when the clock goes back. */
export function runAtTheJump(repeats: (times: WallTimes) => boolean): Daemon {
  return ({ local, marked, times }) => {
    const fires: number[] = [];
    const again = repeats(times);
    let latest = (local[0] ?? 0) - 1;
    let before = latest;
    for (let minute = 0; minute < local.length; minute++) {
      const now = local[minute] ?? 0;
      const due = marked[now] === 1 && (again || now > latest);
      if (due || isMarkedBetween(marked, before, now)) fires.push(minute);
      latest = Math.max(latest, now);
      before = now;
    }
    return fires;
  };
}

/**
 * Computes the instant of each wall time: with the offset that holds when UTC shows that time, and once more with the one
 * that holds then.
 */
export const computeInstants: Daemon = ({ local, marked, ahead }) => {
  const fires: number[] = [];
  const offsetAt = (minute: number) => {
    const known = Math.min(Math.max(minute, 0), local.length - 1);
    return (local[known] ?? 0) - known - ahead;
  };
  for (let minute = 0; minute < local.length; minute++) {
    const now = local[minute] ?? 0;
    if (marked[now] !== 1) continue;
    const wall = now - ahead;
    if (wall - offsetAt(wall - offsetAt(wall)) === minute) fires.push(minute);
  }
  return fires;
};

const SMALL_JUMP = 5;
const CLOCK_SET = 180;

/**
 * Keeps a clock of its own that never goes back and lets it catch up: jobs at fixed times follow that one, jobs with a
 * star in minute or hour the real one. A jump of three hours is a clock that was set.
 */
export const keepOwnClock: Daemon = ({ local, marked, times }) => {
  const fires: number[] = [];
  const starred = isStarred(times.minutes.text) || isStarred(times.hours.text);
  let own = (local[0] ?? 0) - 1;
  for (let minute = 0; minute < local.length; minute++) {
    const now = local[minute] ?? 0;
    const ahead = now - own;
    if (ahead === 1 || ahead > CLOCK_SET || ahead <= -CLOCK_SET) {
      own = now;
      if (marked[now] === 1) fires.push(minute);
      continue;
    }
    const followsReal = starred && (ahead <= 0 || ahead > SMALL_JUMP);
    if (followsReal && marked[now] === 1) fires.push(minute);
    for (; own < now; own++) {
      if (!followsReal && marked[own + 1] === 1) fires.push(minute);
    }
  }
  return fires;
};

function isStarred(text: string): boolean {
  return text === "any" || text === "step";
}

function isMarkedBetween(marked: Uint8Array, before: number, now: number): boolean {
  for (let skipped = before + 1; skipped < now; skipped++) if (marked[skipped] === 1) return true;
  return false;
}
