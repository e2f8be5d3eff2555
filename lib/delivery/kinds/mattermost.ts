import type { AlertMessage } from "../../domain/message.ts";
import type { ChannelKind } from "../channel.ts";
import { TONE_COLOURS } from "../markup/colours.ts";
import type { HttpSender } from "../http.ts";
import { jsonHookKind, type HookSettings } from "../json-hook.ts";
import { escapeMarkdown, keepFences, markdownCard, partAngles, type Dialect } from "../markup/markdown.ts";

const TITLE_LENGTH = 256;
/** Older servers keep 8,000 characters of attachments. */
const DIALECT: Dialect = {
  escape: (text, maxLength) => partAngles(escapeMarkdown(text, maxLength)),
  code: keepFences,
  textLength: 3_500,
};

/** Incoming webhooks of Mattermost. */
export function mattermostKind(http: HttpSender): ChannelKind<HookSettings> {
  return jsonHookKind(
    {
      kind: "mattermost",
      label: "Mattermost",
      hint: "In Mattermost: Integrations → Incoming Webhooks → Add, choose a channel, and copy the URL.",
      example: "https://mattermost.example.org/hooks/…",
      path: /\/hooks\/\w+\/?$/,
      render: renderMattermost,
    },
    http,
  );
}

/** One attachment; nothing in it mentions anybody or becomes a link. */
export function renderMattermost(message: AlertMessage) {
  const { text, fields } = markdownCard(message, DIALECT);
  const title = DIALECT.escape(message.verdict, TITLE_LENGTH);
  return {
    attachments: [
      {
        fallback: title,
        color: TONE_COLOURS[message.tone],
        title,
        title_link: message.links[0]?.url,
        // As a whole: older servers look for `<address|words>` across lines.
        text: partAngles(text),
        fields: fields.map((field) => ({ title: field.label, value: field.text, short: false })),
      },
    ],
  };
}
