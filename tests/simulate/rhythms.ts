import { DAY, HOUR, type Millis, MINUTE } from "../../lib/domain/time.ts";
import type { Random } from "./random.ts";
import { any, type Field, list, range, step, type WallTimes } from "./wall-times.ts";

export type Rhythm = "quarter-hour" | "pair" | "hourly" | "few-hours" | "daily" | "weekly" | "monthly";

/** How far runs of a rhythm are apart, where the clock is left alone. */
export const PERIOD: Readonly<Record<Rhythm, Millis>> = {
  "quarter-hour": 15 * MINUTE,
  pair: 30 * MINUTE,
  hourly: HOUR,
  "few-hours": 2 * HOUR,
  daily: DAY,
  weekly: 7 * DAY,
  monthly: 28 * DAY,
};

const ANY_HOUR = any(0, 23);
const ANY_DAY = any(1, 31);
const ANY_MONTH = any(1, 12);
const ANY_WEEKDAY = any(0, 6);

/** Times of a job as people write them. `bothDays`: they may set both day fields. */
export function drawTimes(
  random: Random,
  rhythm: Rhythm,
  { second, bothDays }: { second: number; bothDays: boolean },
): WallTimes {
  const times: WallTimes = {
    second,
    minutes: list(random.chance(0.3) ? 0 : random.whole(0, 59)),
    hours: ANY_HOUR,
    days: ANY_DAY,
    months: ANY_MONTH,
    weekdays: ANY_WEEKDAY,
    nickname: null,
  };
  switch (rhythm) {
    case "quarter-hour":
      return { ...times, minutes: drawQuarters(random) };
    case "pair":
      return drawPair(random, times);
    case "hourly":
      return drawHourly(random, times);
    case "few-hours":
      return { ...times, hours: drawFewHours(random) };
    case "daily":
      return drawDaily(random, times, bothDays);
    case "weekly":
      return { ...times, hours: drawHour(random), weekdays: list(random.chance(0.5) ? 0 : random.whole(1, 6)) };
    case "monthly":
      return { ...times, hours: drawHour(random), days: list(random.pick([1, 1, 2, 15, 28, 30, 31])) };
  }
}

function drawQuarters(random: Random): Field {
  const first = random.whole(0, 14);
  return random.chance(0.5) ? step(15, 60) : list(first, first + 15, first + 30, first + 45);
}

function drawHourly(random: Random, times: WallTimes): WallTimes {
  const share = random.next();
  if (share < 0.05) return { ...times, minutes: list(0), nickname: "@hourly" };
  if (share < 0.25) return { ...times, hours: range(0, 23) };
  if (share < 0.32) return { ...times, hours: range(7, 19), weekdays: range(1, 5) };
  return times;
}

/** Twice in one night, so that a change of the clock may swallow or repeat both. */
function drawPair(random: Random, times: WallTimes): WallTimes {
  const first = random.whole(0, 3);
  if (random.chance(0.5)) return { ...times, minutes: list(0, 30), hours: list(first) };
  return { ...times, hours: random.pick([list(first, first + 1), range(first, first + 1)]) };
}

function drawFewHours(random: Random): Field {
  if (random.chance(0.6)) return step(random.pick([2, 3, 4, 6]), 24);
  return random.pick([list(1, 3, 5), list(2, 8, 14, 20), list(0, 2, 4, 12)]);
}

function drawDaily(random: Random, times: WallTimes, bothDays: boolean): WallTimes {
  const share = random.next();
  if (share < 0.04) return { ...times, minutes: list(0), hours: list(0), nickname: "@daily" };
  const daily = { ...times, hours: drawHour(random) };
  if (share < 0.15) return { ...daily, weekdays: range(1, 5) };
  if (share < 0.2) return { ...daily, weekdays: list(0, 3, 6) };
  if (share < 0.23 && bothDays) return { ...daily, days: range(1, 7), weekdays: list(0, 1) };
  return daily;
}

/** Mostly at night, where the clocks are changed. */
function drawHour(random: Random): Field {
  return list(random.chance(0.7) ? random.whole(0, 4) : random.whole(0, 23));
}
