import type { AlertMessage, MessageLink } from "../../domain/message.ts";
import { readAnswer, textIn } from "../api-answer.ts";
import type { ChannelKind } from "../channel.ts";
import { fitButtons } from "../markup/button-links.ts";
import { TONE_COLOURS } from "../markup/colours.ts";
import type { HttpSender } from "../http.ts";
import { jsonHookKind, type HookSettings } from "../json-hook.ts";
import { escapeMarkdown, keepFences, markdownCard, type Dialect } from "../markup/markdown.ts";
import { parseSeconds } from "../retry-after.ts";

const TITLE_LENGTH = 256;
/** All texts of an embed together may have 6,000 characters, or Discord refuses the message. */
const DIALECT: Dialect = { escape: escapeMarkdown, code: keepFences, textLength: 3_300 };
/** What is left where the links to act stand in the text. */
const TEXT_BESIDE_LINKS = 2_300;

const ACTION_ROW = 1;
const BUTTON = 2;
/** The only style that webhooks of people may use. */
const LINK_STYLE = 5;

/** Incoming webhooks of Discord. */
export function discordKind(http: HttpSender): ChannelKind<HookSettings> {
  return jsonHookKind(
    {
      kind: "discord",
      label: "Discord",
      hint: "In Discord: Edit Channel → Integrations → Webhooks → New Webhook, and copy its URL.",
      example: "https://discord.com/api/webhooks/…/…",
      path: /^\/api\/(?:v\d+\/)?webhooks\/\d+\/[\w-]+\/?$/,
      address(url) {
        // Without a version Discord takes its oldest, which counts pauses in milliseconds.
        url.pathname = url.pathname.replace(/^\/api\/(?:v\d+\/)?/, "/api/v10/");
        // Else the answer comes before the message is stored, and without its id.
        url.searchParams.set("wait", "true");
        // Else buttons are left out without a word.
        url.searchParams.set("with_components", "true");
        return url;
      },
      messageAddress(url, id) {
        url.pathname = `${url.pathname.replace(/\/$/, "")}/messages/${encodeURIComponent(id)}`;
        url.searchParams.delete("wait");
        return url;
      },
      render: renderDiscord,
      receive: (answer) =>
        readAnswer(answer, {
          externalId: textIn(answer, "id"),
          retryAfterMs: parseSeconds(textIn(answer, "retry_after")),
        }),
    },
    http,
  );
}

/** One embed, and buttons where Discord takes their addresses; nothing in it mentions anybody. */
export function renderDiscord(message: AlertMessage) {
  const { actions } = message;
  const buttons = actions.length > 0 && fitButtons(actions);
  const { text, fields } =
    buttons || actions.length === 0
      ? markdownCard({ ...message, actions: [] }, DIALECT)
      : markdownCard(message, { ...DIALECT, textLength: TEXT_BESIDE_LINKS });
  return {
    embeds: [
      {
        title: escapeMarkdown(message.verdict, TITLE_LENGTH),
        url: message.links[0]?.url,
        description: text,
        color: Number.parseInt(TONE_COLOURS[message.tone].slice(1), 16),
        fields: fields.map((field) => ({ name: field.label, value: field.text })),
        timestamp: new Date(message.at).toISOString(),
      },
    ],
    components: buttons ? [{ type: ACTION_ROW, components: actions.map(linkButton) }] : [],
    allowed_mentions: { parse: [] },
  };
}

function linkButton({ label, url }: MessageLink) {
  return { type: BUTTON, style: LINK_STYLE, label, url };
}
