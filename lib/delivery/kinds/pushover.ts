import { clip } from "../../domain/message-text.ts";
import type { AlertMessage, Tone } from "../../domain/message.ts";
import { HOUR, SECOND } from "../../domain/time.ts";
import { readAnswer, textIn, untilUnixTime, type Reading } from "../api-answer.ts";
import type { ChannelKind } from "../channel.ts";
import { fitMessage } from "../markup/fit.ts";
import type { HttpAnswer, HttpSender } from "../http.ts";
import { maskKey, parseChoice, parseOptional, parseSetting } from "../settings/setting.ts";
import { renderPlainBody } from "../markup/plain-text.ts";

type Urgency = "high" | "normal" | "emergency";

export type PushoverSettings = {
  user: string;
  token: string;
  device: string | null;
  sound: string | null;
  urgency: Urgency;
};

const MESSAGE_LENGTH = 1_024;
const TITLE_LENGTH = 250;
const URL_LENGTH = 512;

/** Every minute for an hour, until somebody acknowledges it on a phone. */
const EMERGENCY = { priority: "2", retry: "60", expire: "3600" };

const URGENCIES: readonly { value: Urgency; label: string }[] = [
  { value: "high", label: "High: also in quiet hours" },
  { value: "normal", label: "Normal: as the phone is set" },
  { value: "emergency", label: "Emergency: every minute until it is acknowledged, for an hour" },
];

const KEY = /^[A-Za-z0-9]{30}$/;
const USER = { field: "user", pattern: KEY, sentence: "Paste the user or group key: 30 letters and digits." };
const TOKEN = { field: "token", pattern: KEY, sentence: "Paste the application's API token: 30 letters and digits." };
const DEVICE = {
  field: "device",
  pattern: /^[\w-]{1,25}(?:,[\w-]{1,25}){0,19}$/,
  sentence: "Write a device's name as Pushover shows it, several with commas and no blanks, or leave it empty.",
};
const SOUND = {
  field: "sound",
  pattern: /^[\w-]{1,20}$/,
  sentence: "Write the name of a sound, such as siren, or leave it empty.",
};

/** Push messages through Pushover. */
export function pushoverKind(http: HttpSender, api = "https://api.pushover.net"): ChannelKind<PushoverSettings> {
  return {
    kind: "pushover",
    label: "Pushover",
    hint: "On pushover.net: your user key is on the first page; Create an Application/API Token gives the token.",
    fields: [
      { name: "user", label: "User or group key", placeholder: "u…", input: "secret" },
      { name: "token", label: "API token", placeholder: "a…", input: "secret" },
      { name: "device", label: "Device", placeholder: "phone", optional: true, hint: "Left empty, all devices." },
      { name: "sound", label: "Sound", placeholder: "siren", optional: true, hint: "Left empty, the phone's own." },
      {
        name: "urgency",
        label: "Urgency of failures",
        placeholder: "",
        input: "choice",
        choices: URGENCIES,
        optional: true,
      },
    ],
    unavailable: null,
    parseSettings: (input) => ({
      user: parseSetting(input["user"], USER),
      token: parseSetting(input["token"], TOKEN),
      device: parseOptional(input["device"], DEVICE),
      sound: parseOptional(input["sound"], SOUND),
      urgency: parseChoice(input["urgency"], ["high", "normal", "emergency"], "urgency"),
    }),
    summary: ({ user, device }) => `key ${maskKey(user)}${device === null ? "" : `, ${device}`}`,
    async send(settings, message, { signal }) {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const body = new URLSearchParams(renderPushover(settings, message)).toString();
      const answer = await http.call({ url: `${api}/1/messages.json`, headers, body, signal });
      return readAnswer(answer, { ...adviceOf(answer), externalId: textIn(answer, "request") });
    },
  };
}

/** The form that is posted. */
export function renderPushover(settings: PushoverSettings, message: AlertMessage): Record<string, string> {
  const link = message.links.find(({ url }) => url.length <= URL_LENGTH);
  return {
    token: settings.token,
    user: settings.user,
    title: clip(message.verdict, TITLE_LENGTH),
    message: fitMessage(
      { ...message, actions: [], links: [] },
      { render: (version) => renderPlainBody(version).trim(), fits: (text) => text.length <= MESSAGE_LENGTH },
    ),
    ...(link === undefined ? {} : { url: link.url, url_title: link.label }),
    timestamp: String(Math.floor(message.at / SECOND)),
    ...priorityOf(message.tone, settings.urgency),
    ...(settings.device === null ? {} : { device: settings.device }),
    ...(settings.sound === null ? {} : { sound: settings.sound }),
  };
}

function priorityOf(tone: Tone, urgency: Urgency): Record<string, string> {
  if (tone === "good") return { priority: "-1" };
  if (tone !== "bad" || urgency === "normal") return { priority: "0" };
  return urgency === "emergency" ? EMERGENCY : { priority: "1" };
}

/** Its 429 is the quota of a month: where that lasts longer than Belfry tries, another channel should hear of it now. */
function adviceOf(answer: HttpAnswer): Reading {
  if (answer.status !== 429) return {};
  const resetMs = untilUnixTime(answer, "x-limit-app-reset", Date.now());
  return {
    advice: "The account has used up its messages of this month.",
    permanent: resetMs !== null && resetMs > 24 * HOUR,
    retryAfterMs: resetMs,
  };
}
