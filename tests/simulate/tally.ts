import type { Millis } from "../../lib/domain/time.ts";
import type { Excuse, TroubleKind } from "./judge.ts";

/** What there was around a false alarm; the first that applies. */
export const CAUSES = [
  "own-outage",
  "reboot",
  "clock-change",
  "reordered",
  "re-sent",
  "early",
  "jitter",
  "other",
] as const;

export type Cause = (typeof CAUSES)[number];

/** How Belfry did on one job, or on all. */
export type Tally = {
  slots: number;
  pings: number;
  trueFailures: Record<TroubleKind, number>;
  detected: Record<TroubleKind, number>;
  /** From the moment each trouble could be known to its verdict. */
  delaysMs: Millis[];
  undetectable: Record<Excuse, number>;
  falseAlarms: Record<Cause, number>;
  /** From pings that the network lost for good or kept past the deadline. */
  falseAlarmsFromLostPings: number;
  criticalAlerts: number;
  overlapWarnings: number;
  /** Slots whose last word is not the truth. */
  wrongVerdicts: number;
  /** Slots with no verdict or two, times that are no slots, too many open runs. */
  faults: number;
  /** The first of each, for people. */
  lines: string[];
};

const MOST_LINES = 8;

export function newTally(): Tally {
  return {
    slots: 0,
    pings: 0,
    trueFailures: { missed: 0, failed: 0, overlong: 0, abandoned: 0 },
    detected: { missed: 0, failed: 0, overlong: 0, abandoned: 0 },
    delaysMs: [],
    undetectable: { optional: 0, gap: 0, lost: 0 },
    falseAlarms: {
      "own-outage": 0,
      reboot: 0,
      "clock-change": 0,
      reordered: 0,
      "re-sent": 0,
      early: 0,
      jitter: 0,
      other: 0,
    },
    falseAlarmsFromLostPings: 0,
    criticalAlerts: 0,
    overlapWarnings: 0,
    wrongVerdicts: 0,
    faults: 0,
    lines: [],
  };
}

/** Keeps a line for people, as long as there are few. */
export function note(tally: Tally, line: string): void {
  if (tally.lines.length < MOST_LINES) tally.lines.push(line);
}

/** Adds the figures of one job to those of all. */
export function add(all: Tally, one: Tally): void {
  all.slots += one.slots;
  all.pings += one.pings;
  addEach(all.trueFailures, one.trueFailures);
  addEach(all.detected, one.detected);
  addEach(all.undetectable, one.undetectable);
  addEach(all.falseAlarms, one.falseAlarms);
  all.delaysMs.push(...one.delaysMs);
  all.falseAlarmsFromLostPings += one.falseAlarmsFromLostPings;
  all.criticalAlerts += one.criticalAlerts;
  all.overlapWarnings += one.overlapWarnings;
  all.wrongVerdicts += one.wrongVerdicts;
  all.faults += one.faults;
  all.lines.push(...one.lines);
}

function addEach(all: Record<string, number>, one: Readonly<Record<string, number>>): void {
  for (const [key, count] of Object.entries(one)) all[key] = (all[key] ?? 0) + count;
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
