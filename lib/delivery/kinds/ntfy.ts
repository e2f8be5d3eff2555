import type { AlertMessage, Tone } from "../../domain/message.ts";
import { readAnswer, textIn } from "../api-answer.ts";
import type { ChannelKind } from "../channel.ts";
import { fitMessage } from "../markup/fit.ts";
import type { HttpSender } from "../http.ts";
import { maskKey, parseOptional, parseSetting } from "../settings/setting.ts";
import { renderPlainBody } from "../markup/plain-text.ts";
import { addressBelow, parseServerUrl, serverName } from "../settings/address.ts";

export type NtfySettings = { server: URL; topic: string; token: string | null };

const EXAMPLE = "https://ntfy.sh";

/** A longer message arrives as an attached file. */
const MESSAGE_BYTES = 4_096;
/** More buttons are refused. */
const MOST_ACTIONS = 3;

const TOPIC = {
  field: "topic",
  pattern: /^[-\w]{1,64}$/,
  sentence: "Write the topic: up to 64 letters, digits, - and _, such as belfry-4f9c1b.",
};
const TOKEN = {
  field: "token",
  pattern: /^[\w.~+/=-]{8,200}$/,
  sentence: "Paste the access token, such as tk_…, or leave it empty.",
};

const PRIORITY: Readonly<Record<Tone, number>> = { bad: 4, warning: 3, good: 2, info: 3 };
const TAG: Readonly<Record<Tone, string>> = {
  bad: "rotating_light",
  warning: "warning",
  good: "white_check_mark",
  info: "information_source",
};

const ADVICE: Readonly<Record<number, string>> = {
  401: "The server does not know this access token. Make a new one in ntfy's account settings.",
  403: "The token may not write to this topic, or the topic wants one: set an access token that may.",
  404: "There is no ntfy at this address: check the server.",
};

/** Push messages through ntfy.sh or a server of one's own. */
export function ntfyKind(http: HttpSender): ChannelKind<NtfySettings> {
  return {
    kind: "ntfy",
    label: "ntfy",
    hint: "Subscribe to a topic in the ntfy app, and write the same here; on a public server its name is its only protection.",
    fields: [
      { name: "server", label: "Server", placeholder: EXAMPLE },
      {
        name: "topic",
        label: "Topic",
        placeholder: "belfry-4f9c1b",
        confidential: true,
        hint: "Who knows it can read along.",
      },
      {
        name: "token",
        label: "Access token",
        placeholder: "tk_…",
        input: "secret",
        optional: true,
        hint: "Where the topic is protected.",
      },
    ],
    unavailable: null,
    parseSettings: (input) => ({
      server: parseServerUrl(input["server"], http.rule, EXAMPLE),
      topic: parseSetting(input["topic"], TOPIC),
      token: parseOptional(input["token"], TOKEN),
    }),
    summary: ({ server, topic }) => `${serverName(server)}/${maskKey(topic)}`,
    async send({ server, topic, token }, message, { deliveryId, signal }) {
      const headers = {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      };
      // A second copy takes the place of the first, where the server knows sequences.
      const body = JSON.stringify({ topic, sequence_id: deliveryId, ...renderNtfy(message) });
      const answer = await http.call({ url: addressBelow(server, "/"), headers, body, signal });
      return readAnswer(answer, { externalId: textIn(answer, "id"), advice: ADVICE[answer.status] });
    },
  };
}

/** What is published, besides the topic. */
export function renderNtfy(message: AlertMessage) {
  const { verdict, tone, actions, links } = message;
  return {
    title: verdict,
    message: fitMessage(
      { ...message, actions: [], links: [] },
      {
        render: (version) => renderPlainBody(version).trim(),
        fits: (text) => Buffer.byteLength(text) <= MESSAGE_BYTES,
      },
    ),
    priority: PRIORITY[tone],
    tags: [TAG[tone]],
    ...(links[0] === undefined ? {} : { click: links[0].url }),
    actions: [...actions, ...links].slice(0, MOST_ACTIONS).map(({ label, url }) => ({ action: "view", label, url })),
  };
}
