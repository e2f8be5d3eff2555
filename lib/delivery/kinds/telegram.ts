import { outputLines, partsOf, type MessagePart } from "../../domain/message-parts.ts";
import type { AlertMessage } from "../../domain/message.ts";
import { readAnswer, textIn, type Reading } from "../api-answer.ts";
import type { ChannelKind, SendReceipt } from "../channel.ts";
import { fitButtons } from "../markup/button-links.ts";
import { escapeHtml } from "../markup/escape.ts";
import { fitMessage } from "../markup/fit.ts";
import { type Replacement, replacementOf } from "../markup/replacement.ts";
import type { HttpAnswer, HttpSender } from "../http.ts";
import { parseSeconds } from "../retry-after.ts";
import { parseOptional, parseSetting } from "../settings/setting.ts";

export type TelegramSettings = { token: string; chat: string; topic: number | null };

const TEXT_LENGTH = 4_096;

const TOKEN = {
  field: "token",
  pattern: /^\d{5,20}:[\w-]{30,60}$/,
  sentence: "Paste the whole token that @BotFather gave you, such as 123456789:AAE…",
};
const CHAT = {
  field: "chat",
  pattern: /^(?:-?\d{1,20}|@\w{4,32})$/,
  sentence: "Write the chat's number, such as -1001234567890, or a public channel's name, such as @ops_alerts.",
};
const TOPIC = {
  field: "topic",
  pattern: /^\d{1,10}$/,
  sentence: "Write the topic's number, such as 7, or leave it empty.",
};

/** A bot's messages to a person, group, channel or topic of Telegram. */
export function telegramKind(http: HttpSender, api = "https://api.telegram.org"): ChannelKind<TelegramSettings> {
  return {
    kind: "telegram",
    label: "Telegram",
    hint: "Make a bot with @BotFather, add it to the chat (or send it /start), and paste its token and the chat's number.",
    fields: [
      { name: "token", label: "Bot token", placeholder: "123456789:AAE…", input: "secret" },
      {
        name: "chat",
        label: "Chat",
        placeholder: "-1001234567890",
        hint: "After a message to the bot, api.telegram.org/bot<token>/getUpdates shows the number as chat.id.",
      },
      {
        name: "topic",
        label: "Topic",
        placeholder: "7",
        optional: true,
        hint: "In groups with topics: the number at the end of a link to one.",
      },
    ],
    unavailable: null,
    parseSettings(input) {
      const topic = parseOptional(input["topic"], TOPIC);
      return {
        token: parseSetting(input["token"], TOKEN),
        chat: parseSetting(input["chat"], CHAT),
        topic: topic === null ? null : Number(topic),
      };
    },
    summary: ({ chat, topic }) => `chat ${chat}${topic === null ? "" : `, topic ${topic}`}`,
    async send({ token, chat, topic }, message, { earlierId, signal }) {
      const call: Call = (method, content) => {
        const headers = { "content-type": "application/json" };
        const body = JSON.stringify({ chat_id: chat, ...content });
        return http.call({ url: `${api}/bot${token}/${method}`, headers, body, signal });
      };
      const replacement = replacementOf(message, { earlierId });
      if (replacement !== null) {
        const edited = await edit(call, replacement);
        if (edited !== null) return edited;
      }
      const place = topic === null ? {} : { message_thread_id: topic };
      const answer = await withButtons(message, (content) =>
        call("sendMessage", { ...place, ...content, ...replyTo(earlierId) }),
      );
      return readAnswer(answer, { ...adviceOf(answer), externalId: textIn(answer, "result", "message_id") });
    },
  };
}

type Call = (method: "sendMessage" | "editMessageText", content: object) => Promise<HttpAnswer>;

/** Null where that message cannot be edited any more: then the new one is told on its own. @throws DeliveryError */
async function edit(call: Call, { id, message }: Replacement): Promise<SendReceipt | null> {
  const answer = await withButtons(message, (content) =>
    call("editMessageText", { message_id: Number(id), ...content }),
  );
  const words = textIn(answer, "description") ?? "";
  // An attempt before this one did it, and its answer was lost.
  if (/message is not modified/i.test(words)) return { status: answer.status, answer: words, externalId: id };
  if (answer.status === 400) return null;
  return readAnswer(answer, { ...adviceOf(answer), externalId: id });
}

/** Three as long stand side by side on a phone; of longer ones each has a row. */
const SHORT_LABEL = 12;

/** With buttons where Telegram takes them, else with all links in the text: a message is more than its buttons. */
async function withButtons(message: AlertMessage, send: (content: object) => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const { actions } = message;
  if (actions.length === 0 || !fitButtons(actions)) return send(contentOf(message));
  const buttons = actions.map(({ label, url }) => ({ text: label, url }));
  const short = buttons.every(({ text }) => text.length <= SHORT_LABEL);
  const keyboard = { inline_keyboard: short ? [buttons] : buttons.map((button) => [button]) };
  const answer = await send({ ...contentOf({ ...message, actions: [] }), reply_markup: keyboard });
  const refused = answer.status === 400 && /button/i.test(textIn(answer, "description") ?? "");
  return refused ? send(contentOf(message)) : answer;
}

function contentOf(message: AlertMessage) {
  return { text: renderTelegram(message), parse_mode: "HTML", link_preview_options: { is_disabled: true } };
}

/** Hangs on what was told of the same trouble before, as long as that is there. */
function replyTo(earlierId: string | null) {
  if (earlierId === null || !/^\d{1,15}$/.test(earlierId)) return {};
  return { reply_parameters: { message_id: Number(earlierId), allow_sending_without_reply: true } };
}

/** The message in Telegram's HTML, at most 4,096 characters. */
export function renderTelegram(message: AlertMessage): string {
  return fitMessage(message, { render: layOut, fits: (text) => text.length <= TEXT_LENGTH });
}

function layOut(message: AlertMessage): string {
  return [`<b>${escapeHtml(message.verdict)}</b>`, ...partsOf(message).map(partHtml)].join("\n");
}

function partHtml(part: MessagePart): string {
  switch (part.kind) {
    case "text":
      return escapeHtml(part.text);
    case "fact":
      return `<b>${escapeHtml(part.label)}:</b> ${escapeHtml(part.text)}`;
    case "output":
      return `<pre>${escapeHtml(outputLines(part.output).join("\n"))}</pre>`;
    case "actions":
    case "links":
      return part.links.map(({ url, label }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`).join(" · ");
  }
}

/** What to do about a refusal; Telegram says the waiting time in the body. */
function adviceOf(answer: HttpAnswer): Reading {
  const movedTo = textIn(answer, "parameters", "migrate_to_chat_id");
  if (movedTo !== null)
    return { advice: `The group became a supergroup: set the chat to ${movedTo}.`, permanent: true };
  switch (answer.status) {
    case 400:
      return { advice: "Check the chat and the topic, and that the bot is in the chat or was sent /start." };
    case 401:
    case 404:
      return { advice: "Telegram does not know this token. Paste the one that @BotFather shows for the bot." };
    case 403:
      return { advice: "The bot may not write there: unblock it, or add it to the chat again." };
    case 429:
      return { retryAfterMs: parseSeconds(textIn(answer, "parameters", "retry_after")) };
    default:
      return {};
  }
}
