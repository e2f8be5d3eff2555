import { joined } from "../schedule/word-list.ts";
import { type ChannelEvent, CHANNEL_EVENTS, type ChannelRules, type QuietHours } from "./channel-rules.ts";
import { weeklyHoursInWords } from "./weekly-hours.ts";

const EVENT_WORDS: Readonly<Record<ChannelEvent, string>> = {
  opened: "alarms",
  reminder: "reminders",
  resolved: "all-clears",
};

/** A channel's rules read aloud, in one or two sentences. */
export function rulesInWords(rules: ChannelRules): string {
  const { events, severities, tags = [], delayMinutes = 0, quietHours } = rules;
  const parts = [
    `Takes ${eventsInWords(events)}`,
    ...(severities?.length === 1 ? [`of ${severities[0] === "critical" ? "critical incidents" : "warnings"}`] : []),
    ...(tags.length > 0 ? [`of jobs tagged ${tags.map((tag) => `“${tag}”`).join(" or ")}`] : []),
  ];
  const when =
    delayMinutes === 0
      ? `, at once${quietHours === undefined ? "" : " outside quiet hours"}.`
      : `, but only if nobody has acknowledged the incident after ${minutesInWords(delayMinutes)} and it is still open.`;
  return [`${parts.join(" ")}${when}`, ...(quietHours === undefined ? [] : [quietInWords(quietHours)])].join(" ");
}

function eventsInWords(events: ChannelRules["events"]): string {
  const left = CHANNEL_EVENTS.filter((event) => events === undefined || events.includes(event));
  return left.length === CHANNEL_EVENTS.length ? "every alert" : joined(left.map((event) => EVENT_WORDS[event]));
}

function minutesInWords(minutes: number): string {
  if (minutes % 60 === 0) return minutes === 60 ? "an hour" : `${minutes / 60} hours`;
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

function quietInWords(quiet: QuietHours): string {
  const what = quiet.exceptCritical === true ? "only warnings wait" : "alerts wait";
  return `Quiet hours are ${weeklyHoursInWords(quiet)}: ${what} for their end, and are told then if the trouble is still there.`;
}
