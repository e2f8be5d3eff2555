import { DAY, HOUR, type Millis, MINUTE, SECOND } from "../../lib/domain/time.ts";
import type { Random } from "./random.ts";

/** What a job is like. */
export type Habits = {
  /** How long a run takes at the start of the year: its median, and how widely it spreads. */
  medianMs: Millis;
  spread: number;
  /** How much longer runs take by the end of the year, as a share. */
  growth: number;
  /** No healthy run takes longer, or less. */
  longestMs: Millis;
  shortestMs: Millis;
  /** The limits that its owner sets. */
  maxRuntimeMs: Millis | null;
  minRuntimeMs: Millis | null;
  /** How often a run says that it is alive; null where it never does. */
  beatMs: Millis | null;
  /** Runs are meant to go on while the next one begins. */
  overlaps: boolean;
  /** Shares of the runs that end badly. */
  failing: number;
  hanging: number;
  overrunning: number;
  /** How often in a year the scheduler is dead for some slots, and the machine for some minutes. */
  deadSpells: number;
  reboots: number;
  /** The scheduler makes up for a run that fell into a reboot. */
  catchesUp: boolean;
  /** The scheduler does not start a job that is still running. */
  waits: boolean;
  /** The job itself finds out that it is still running, also elsewhere, and says that it leaves this time out. */
  locks: boolean;
};

/** What a job's habits must keep to so that it is set up sensibly. */
export type Frame = {
  periodMs: Millis;
  delayMs: Millis;
  graceMs: Millis;
  sendsStarts: boolean;
  /** A loop or a scheduler without slots: its runs cannot overlap. */
  oneAtATime: boolean;
  catchesUp: boolean;
  waits: boolean;
  locks: boolean;
  runIds: boolean;
};

/** Within so much of a limit it depends on the network which side a sign falls on; nobody sets limits that close. */
export const CLOSE_CALL: Millis = MINUTE;

const SHORTEST_RUN: Millis = SECOND;

export function drawHabits(random: Random, frame: Frame): Habits {
  const durations = frame.sendsStarts ? drawTimedRuns(random, frame) : drawShortRuns(random, frame);
  const often = frame.periodMs <= 2 * HOUR;
  const { catchesUp, waits, locks } = frame;
  const rate = often ? 1 : 8;
  return {
    ...durations,
    spread: random.between(0.1, 0.5),
    failing: rate * random.scaled(0.0003, 0.004),
    hanging: rate * random.scaled(0.0001, 0.001),
    overrunning: rate * random.scaled(0.0001, 0.001),
    deadSpells: random.between(0, often ? 4 : 2),
    reboots: random.between(0, 12),
    catchesUp,
    waits,
    locks,
  };
}

type Durations = Omit<
  Habits,
  "spread" | "failing" | "hanging" | "overrunning" | "deadSpells" | "reboots" | "catchesUp" | "waits" | "locks"
>;

type Bounds = Pick<Durations, "shortestMs" | "maxRuntimeMs" | "minRuntimeMs" | "beatMs" | "overlaps">;

const ANY_LENGTH: Bounds = {
  shortestMs: SHORTEST_RUN / 2,
  maxRuntimeMs: null,
  minRuntimeMs: null,
  beatMs: null,
  overlaps: false,
};

/** Jobs that only tell of their end must end within the grace. */
function drawShortRuns(random: Random, { graceMs, oneAtATime }: Frame): Durations {
  const longestMs = oneAtATime ? graceMs / 3 : graceMs - CLOSE_CALL;
  const growth = drawGrowth(random);
  const medianMs = random.scaled(SHORTEST_RUN, longestMs / 3) / (1 + growth);
  return { ...ANY_LENGTH, medianMs, growth, longestMs };
}

function drawTimedRuns(random: Random, frame: Frame): Durations {
  const room = frame.periodMs - frame.delayMs - 2 * MINUTE;
  if (!frame.oneAtATime && frame.periodMs <= DAY && random.chance(0.1)) return drawLongRuns(random, frame);
  const growth = drawGrowth(random);
  const roomMs = frame.oneAtATime ? frame.graceMs / 3 : 0.6 * room;
  const medianMs = random.scaled(2 * SECOND, Math.min(roomMs / 3, 3 * HOUR)) / (1 + growth);
  if (frame.runIds && medianMs > 10 * MINUTE && random.chance(0.5)) return drawBeats(random, medianMs, roomMs);
  const limits = frame.runIds ? drawShortest(random, medianMs) : ANY_LENGTH;
  if (random.chance(0.45)) return { ...limits, medianMs, growth, longestMs: roomMs };
  const wanted = medianMs * (1 + growth) * random.scaled(2, 10);
  const maxRuntimeMs = wholeMinutes(Math.min(Math.max(wanted, 3 * MINUTE), Math.max(0.75 * room, 3 * MINUTE)));
  const longestMs = Math.min(roomMs, maxRuntimeMs - CLOSE_CALL);
  return { ...limits, medianMs: Math.min(medianMs, longestMs / 2), growth, longestMs, maxRuntimeMs };
}

/** Long runs that say again and again that they are alive; where there is a limit, it is for their silence. */
function drawBeats(random: Random, medianMs: Millis, longestMs: Millis): Durations {
  const beatMs = Math.max(5 * MINUTE, medianMs / 4);
  const maxRuntimeMs = random.chance(0.5) ? wholeMinutes(4 * beatMs) : null;
  return { ...ANY_LENGTH, medianMs, growth: 0, longestMs, maxRuntimeMs, beatMs };
}

/** Who ends too soon has left out his work. */
function drawShortest(random: Random, medianMs: Millis): Bounds {
  const shortestMs = medianMs / 2;
  if (shortestMs < 4 * MINUTE || random.chance(0.5)) return ANY_LENGTH;
  return { ...ANY_LENGTH, shortestMs, minRuntimeMs: shortestMs - CLOSE_CALL };
}

/** Runs about as long as their period, which a limit of no round number of periods suits. */
function drawLongRuns(random: Random, { periodMs }: Frame): Durations {
  const medianMs = periodMs * random.between(0.4, 0.9);
  const limited = random.chance(0.5);
  return {
    ...ANY_LENGTH,
    medianMs,
    growth: random.between(0, 0.3),
    longestMs: 1.5 * periodMs,
    maxRuntimeMs: limited ? wholeMinutes(1.73 * periodMs) : null,
    overlaps: true,
  };
}

function drawGrowth(random: Random): number {
  return random.chance(0.3) ? random.between(0.2, 1.5) : 0;
}

function wholeMinutes(ms: Millis): Millis {
  return Math.round(ms / MINUTE) * MINUTE;
}
