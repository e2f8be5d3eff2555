import type { AlertMessage, MessageLink } from "../../domain/message.ts";
import { readAnswer, textIn } from "../api-answer.ts";
import type { ChannelKind, SendContext } from "../channel.ts";
import { TONE_COLOURS } from "../markup/colours.ts";
import { escapeAngles } from "../markup/escape.ts";
import type { HttpSender } from "../http.ts";
import { jsonHookKind, type HookSettings } from "../json-hook.ts";
import { fitMessage, jsonWithin } from "../markup/fit.ts";
import { layoutOf } from "../markup/layout.ts";
import { codeBlock, defuseMarkdown, keepFences, partAngles } from "../markup/markdown.ts";

/** Google refuses messages over 32,000 bytes. */
const MESSAGE_BYTES = 30_000;
const VERDICT_LENGTH = 200;
const LINE_LENGTH = 1_000;
const OUTPUT_LENGTH = 2_400;

/** Incoming webhooks of Google Chat spaces. */
export function googleChatKind(http: HttpSender): ChannelKind<HookSettings> {
  return jsonHookKind(
    {
      kind: "google-chat",
      label: "Google Chat",
      hint: "In Google Chat: the space's name → Apps & integrations → Webhooks → Add, and copy the link.",
      example: "https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=…",
      path: /^\/v1\/spaces\/[\w-]+\/messages$/,
      address(url, { deliveryId, threadKey }) {
        // A request that is known already is answered with its message, and makes no second one.
        url.searchParams.set("requestId", deliveryId);
        if (threadKey !== null) url.searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
        return url;
      },
      render: renderGoogleChat,
      receive: (answer) => readAnswer(answer, { externalId: textIn(answer, "name") }),
    },
    http,
  );
}

/** Verdict and output as text, the only place with fixed-width letters; the rest as a card. */
export function renderGoogleChat(message: AlertMessage, { threadKey }: Pick<SendContext, "threadKey">) {
  const thread = threadKey === null ? {} : { thread: { threadKey } };
  const render = (version: AlertMessage) => ({ ...layOut(version), ...thread });
  return fitMessage(message, { render, fits: jsonWithin(MESSAGE_BYTES) });
}

function layOut(message: AlertMessage) {
  const { verdict, output } = message;
  const block = output === null ? [] : [codeBlock(output, OUTPUT_LENGTH, { code: keepFences })];
  return {
    text: partAngles([`*${defuseMarkdown(verdict, VERDICT_LENGTH)}*`, ...block].join("\n")),
    cardsV2: [{ cardId: "alert", card: { sections: [{ widgets: widgetsOf(message) }] } }],
  };
}

function widgetsOf(message: AlertMessage): object[] {
  const { lines, facts, actions, links } = layoutOf(message);
  const [first = "", ...others] = lines.map((line) => escapeAngles(line, LINE_LENGTH));
  const telling = `<font color="${TONE_COLOURS[message.tone]}"><b>${first}</b></font>`;
  const rows = [actions, links].filter((row) => row.length > 0);
  return [
    { textParagraph: { text: [telling, ...others].join("<br>") } },
    ...facts.map(({ label, text }) => ({
      decoratedText: { topLabel: label, text: escapeAngles(text, LINE_LENGTH), wrapText: true },
    })),
    ...rows.map((row) => ({ buttonList: { buttons: row.map(buttonOf) } })),
  ];
}

function buttonOf({ label, url }: MessageLink) {
  return { text: label, onClick: { openLink: { url } } };
}
