import type { AlertMessage } from "../../domain/message.ts";
import { readAnswer, textIn } from "../api-answer.ts";
import type { ChannelKind, SendReceipt } from "../channel.ts";
import { TONE_COLOURS } from "../markup/colours.ts";
import type { HttpAnswer, HttpSender } from "../http.ts";
import { jsonHookKind, type HookSettings } from "../json-hook.ts";
import { defuseMarkdown, markdownCard, type Dialect } from "../markup/markdown.ts";
import { parseSeconds } from "../retry-after.ts";

const TITLE_LENGTH = 256;
/** A server takes 5,000 characters of a message unless it is told otherwise. */
const DIALECT: Dialect = {
  escape: defuseMarkdown,
  // Its parser gives a block up, and reads it as markup, where a line ends with a backtick.
  code: (text) => text.replaceAll("`", "'"),
  textLength: 3_500,
};

/** Incoming webhooks of Rocket.Chat. */
export function rocketchatKind(http: HttpSender): ChannelKind<HookSettings> {
  return jsonHookKind(
    {
      kind: "rocketchat",
      label: "Rocket.Chat",
      hint: "In Rocket.Chat: Workspace → Integrations → New → Incoming, switch it on, and copy the webhook URL.",
      example: "https://chat.example.org/hooks/…/…",
      path: /\/hooks\/\w+\/\w+\/?$/,
      render: renderRocketchat,
      receive: receiveRocketchat,
    },
    http,
  );
}

/** The verdict as the message's text, the rest as a coloured attachment. */
export function renderRocketchat(message: AlertMessage) {
  const { text, fields } = markdownCard(message, DIALECT);
  return {
    text: defuseMarkdown(message.verdict, TITLE_LENGTH),
    attachments: [
      {
        color: TONE_COLOURS[message.tone],
        text,
        fields: fields.map((field) => ({ title: field.label, value: field.text, short: false })),
      },
    ],
  };
}

/** It may say `success: false` under any status, and tells the pause it wants in a sentence. */
function receiveRocketchat(answer: HttpAnswer): SendReceipt {
  const refused = answer.status < 300 && /"success"\s*:\s*false/.test(answer.body);
  const [, seconds = null] = /wait (\d{1,6}) seconds/.exec(textIn(answer, "error") ?? "") ?? [];
  return readAnswer(refused ? { ...answer, status: 400 } : answer, {
    permanent: seconds === null ? null : false,
    retryAfterMs: parseSeconds(seconds),
  });
}
