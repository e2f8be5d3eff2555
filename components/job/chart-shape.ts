import type { Outcome } from "../../lib/domain/run.ts";
import type { Instant, Millis } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";

export type ChartRun = { number: number; outcome: Outcome; at: Instant | null; durationMs: Millis | null };

export type Scale = {
  /** Share of the height from 0 (bottom) to 1. */
  of(ms: Millis): number;
  ticks: { at: number; label: string }[];
  logarithmic: boolean;
};

const ROUND: readonly Millis[] = [
  100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3, 10800e3,
  21600e3, 43200e3, 86400e3, 172800e3, 432000e3, 864000e3,
];

/** A scale for these durations: logarithmic where the longest is over twenty times the shortest. */
export function chartScale(durations: readonly Millis[]): Scale {
  const most = Math.max(1, ...durations);
  const least = Math.max(1, Math.min(...durations, most));
  return most / least > 20 ? logScale(least, most) : linearScale(most);
}

function linearScale(most: Millis): Scale {
  const step = ROUND.find((round) => round * 4 >= most) ?? most / 4;
  const top = Math.max(step, Math.ceil(most / step) * step);
  const count = Math.round(top / step);
  const ticks = Array.from({ length: count }, (_, index) => {
    const value = step * (index + 1);
    return { at: value / top, label: lengthText(value) };
  });
  return { of: (ms) => Math.min(1, ms / top), ticks, logarithmic: false };
}

function logScale(least: Millis, most: Millis): Scale {
  const low = Math.log(least / 2);
  const high = Math.log(most * 1.2);
  const of = (ms: Millis) => Math.min(1, Math.max(0, (Math.log(Math.max(ms, 1)) - low) / (high - low)));
  const inside = ROUND.filter((round) => round >= least && round <= most);
  const every = Math.max(1, Math.ceil(inside.length / 4));
  const ticks = inside
    .filter((_, index) => index % every === 0)
    .map((value) => ({ at: of(value), label: lengthText(value) }));
  return { of, ticks, logarithmic: true };
}
