import type { CronFields } from "./cron-plan.ts";
import { type Brevity, inWords, joined, progressionOf } from "./word-list.ts";

export type TimeWords = {
  words: string;
  /** The words name times of a day, so that "every day" may have to follow. */
  namesTimesOfDay: boolean;
};

const MOST_TIMES = 6;

/** At which times of a matching day. */
export function timesInWords({ seconds, minutes, hours }: CronFields, most: Brevity): TimeWords {
  const times = { hours: hours.values, minutes: minutes.values, seconds: seconds.values, most };
  return (
    manySecondsWords(times) ??
    everyMinuteWords(times) ??
    singleMinuteWords(times) ??
    listedWords(times) ??
    repeatedMinuteWords(times) ??
    minutesOfHours(times)
  );
}

type Values = readonly number[];

type Times = { hours: Values; minutes: Values; seconds: Values; most: Brevity };

function repeating(words: string): TimeWords {
  return { words, namesTimesOfDay: false };
}

function atTimesOfDay(words: string): TimeWords {
  return { words, namesTimesOfDay: true };
}

function listedWords({ hours, minutes, seconds }: Times): TimeWords | null {
  if (hours.length * minutes.length * seconds.length > MOST_TIMES) return null;
  const times = hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => clockTime(hour, minute, second))),
  );
  return atTimesOfDay(`At ${joined(times)}`);
}

/** More than one second of a minute, or a few seconds of a few minutes written out. */
function manySecondsWords(times: Times): TimeWords | null {
  const { hours, minutes, seconds, most } = times;
  if (seconds.length < 2) return null;
  const listed = listedWords(times);
  if (listed !== null) return listed;
  const every = regularSeconds(seconds);
  const start = every ?? `At seconds ${inWords(seconds, String, most)}`;
  if (minutes.length === 60) return repeated(every ?? `${start} of every minute`, times);
  const ofMinutes = `${start} of ${minutes.length === 1 ? "minute" : "the minutes"} ${inWords(minutes, String, most)}`;
  return repeating(`${ofMinutes} ${ofHours(hours, most)}`);
}

function regularSeconds(seconds: Values): string | null {
  if (seconds.length === 60) return "Every second";
  const step = regularStep(seconds);
  return step === null ? null : `Every ${step} seconds`;
}

/** The step of values that go round the clock evenly from 0; null for others. */
function regularStep(values: Values): number | null {
  const [first, second = 0] = values;
  const step = values.length === 2 ? second : progressionOf(values)?.step;
  return first === 0 && step !== undefined && values.length * step === 60 ? step : null;
}

function everyMinuteWords(times: Times): TimeWords | null {
  return times.minutes.length === 60 ? repeated(`Every minute${atSecond(times)}`, times) : null;
}

/** `every` in all hours, from one to another, or in those named. */
function repeated(every: string, { hours, minutes, seconds, most }: Times): TimeWords {
  if (hours.length === 24) return repeating(every);
  if (!isOneRun(hours)) return repeating(`${every} ${ofHours(hours, most)}`);
  const second = minutes.length === 1 ? seconds[0] : 0;
  const first = clockTime(hours[0], minutes[0], second);
  const last = clockTime(hours.at(-1), minutes.at(-1), second);
  return repeating(`${every} from ${first} to ${last}`);
}

function ofHours(hours: Values, most: Brevity): string {
  if (hours.length === 24) return "of every hour";
  return `of the ${hours.length === 1 ? "hour" : "hours"} ${inWords(hours, twoDigits, most)}`;
}

function singleMinuteWords(times: Times): TimeWords | null {
  const { hours, minutes, seconds } = times;
  const [minute] = minutes;
  if (minutes.length !== 1 || minute === undefined) return null;
  if (hours.length === 24) return repeating(hourlyWords(minute, seconds[0] ?? 0));
  const progression = progressionOf(hours);
  if (progression !== null && progression.first < progression.step && hours.length * progression.step === 24) {
    const start = clockTime(progression.first, minute, seconds[0]);
    return repeating(`Every ${progression.step} hours${start === "00:00" ? "" : ` from ${start}`}`);
  }
  return hours.length > 2 && isOneRun(hours) ? repeated("Every hour", times) : null;
}

function hourlyWords(minute: number, second: number): string {
  const parts = [
    ...(minute === 0 ? [] : [counted(minute, "minute")]),
    ...(second === 0 ? [] : [counted(second, "second")]),
  ];
  return parts.length === 0 ? "Every hour" : `At ${joined(parts)} past every hour`;
}

function repeatedMinuteWords(times: Times): TimeWords | null {
  const step = regularStep(times.minutes);
  return step === null ? null : repeated(`Every ${step} minutes${atSecond(times)}`, times);
}

function minutesOfHours(times: Times): TimeWords {
  const { hours, minutes, most } = times;
  const start = `At ${minutes.length === 1 ? "minute" : "minutes"} ${inWords(minutes, String, most)}`;
  const words = `${start} ${ofHours(hours, most)}${atSecond(times)}`;
  return hours.length === 24 ? repeating(words) : atTimesOfDay(words);
}

/** Nothing for whole minutes, which is how most schedulers count. */
function atSecond({ seconds: [second = 0] }: Times): string {
  return second === 0 ? "" : ` at second ${second}`;
}

function isOneRun(values: Values): boolean {
  return values.every((value, index) => index === 0 || values[index - 1] === value - 1);
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** "12:00", "12:00:30". */
function clockTime(hour = 0, minute = 0, second = 0): string {
  const time = `${twoDigits(hour)}:${twoDigits(minute)}`;
  return second === 0 ? time : `${time}:${twoDigits(second)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
