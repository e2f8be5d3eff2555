import type { CronFields } from "./cron-plan.ts";
import { inWords, joined, progressionOf } from "./word-list.ts";

export type TimeWords = {
  words: string;
  /** The words name times of a day, so that "every day" may have to follow. */
  namesTimesOfDay: boolean;
};

const MOST_TIMES = 6;

/** At which times of a matching day. */
export function timesInWords({ minutes, hours }: CronFields): TimeWords {
  return (
    everyMinuteWords(minutes.values, hours.values) ??
    singleMinuteWords(minutes.values, hours.values) ??
    listedWords(minutes.values, hours.values) ??
    repeatedMinuteWords(minutes.values, hours.values) ??
    minutesOfHours(minutes.values, hours.values)
  );
}

type Values = readonly number[];

function repeating(words: string): TimeWords {
  return { words, namesTimesOfDay: false };
}

function atTimesOfDay(words: string): TimeWords {
  return { words, namesTimesOfDay: true };
}

function everyMinuteWords(minutes: Values, hours: Values): TimeWords | null {
  return minutes.length === 60 ? repeated("Every minute", minutes, hours) : null;
}

/** `every` in all hours, from one to another, or in those named. */
function repeated(every: string, minutes: Values, hours: Values): TimeWords {
  if (hours.length === 24) return repeating(every);
  const first = clockTime(hours[0], minutes[0]);
  const last = clockTime(hours.at(-1), minutes.at(-1));
  if (isOneRun(hours)) return repeating(`${every} from ${first} to ${last}`);
  return repeating(`${every} of the hours ${inWords(hours, twoDigits)}`);
}

function singleMinuteWords(minutes: Values, hours: Values): TimeWords | null {
  const [minute] = minutes;
  if (minutes.length !== 1 || minute === undefined) return null;
  if (hours.length === 24) {
    if (minute === 0) return repeating("Every hour");
    return repeating(`At ${minute} ${minute === 1 ? "minute" : "minutes"} past every hour`);
  }
  const progression = progressionOf(hours);
  if (progression !== null && progression.first < progression.step && hours.length * progression.step === 24) {
    const start = clockTime(progression.first, minute);
    return repeating(`Every ${progression.step} hours${start === "00:00" ? "" : ` from ${start}`}`);
  }
  return hours.length > 2 && isOneRun(hours) ? repeated("Every hour", minutes, hours) : null;
}

function listedWords(minutes: Values, hours: Values): TimeWords | null {
  if (minutes.length * hours.length > MOST_TIMES) return null;
  const times = hours.flatMap((hour) => minutes.map((minute) => clockTime(hour, minute)));
  return atTimesOfDay(`At ${joined(times)}`);
}

function repeatedMinuteWords(minutes: Values, hours: Values): TimeWords | null {
  const progression = progressionOf(minutes);
  if (progression === null || progression.first !== 0 || minutes.length * progression.step !== 60) return null;
  return repeated(`Every ${progression.step} minutes`, minutes, hours);
}

function minutesOfHours(minutes: Values, hours: Values): TimeWords {
  const start = `At ${minutes.length === 1 ? "minute" : "minutes"} ${inWords(minutes, String)}`;
  if (hours.length === 24) return repeating(`${start} of every hour`);
  return atTimesOfDay(`${start} of the ${hours.length === 1 ? "hour" : "hours"} ${inWords(hours, twoDigits)}`);
}

function isOneRun(values: Values): boolean {
  return values.every((value, index) => index === 0 || values[index - 1] === value - 1);
}

function clockTime(hour = 0, minute = 0): string {
  return `${twoDigits(hour)}:${twoDigits(minute)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
