import { clip } from "../../domain/message-text.ts";
import type { AlertMessage } from "../../domain/message.ts";
import { readAnswer, textIn } from "../api-answer.ts";
import type { ChannelField, ChannelKind } from "../channel.ts";
import type { HttpSender } from "../http.ts";
import { defuseMarkdown, keepFences, markdownCard, type Dialect } from "../markup/markdown.ts";
import { parseSeconds } from "../retry-after.ts";
import { addressBelow, parseServerUrl, serverName } from "../settings/address.ts";
import { parseSetting, type SettingRule } from "../settings/setting.ts";

export type ZulipSettings = { server: URL; email: string; key: string; stream: string };

const EXAMPLE = "https://example.zulipchat.com";

const FIELDS: readonly ChannelField[] = [
  { name: "server", label: "Organization's address", placeholder: EXAMPLE },
  { name: "email", label: "Bot's e-mail address", placeholder: "belfry-bot@example.zulipchat.com" },
  { name: "key", label: "Bot's API key", placeholder: "", input: "secret" },
  {
    name: "stream",
    label: "Channel",
    placeholder: "alerts",
    hint: "Its name; a private one must have the bot as a subscriber. Each incident gets a topic of its own.",
  },
];

const EMAIL: SettingRule = {
  field: "email",
  pattern: /^[^\s@:]{1,64}@[^\s@:]{1,255}$/,
  sentence: "Paste the bot's e-mail address, such as belfry-bot@example.zulipchat.com.",
};
const KEY: SettingRule = {
  field: "key",
  pattern: /^\w{16,100}$/,
  sentence: "Paste the bot's API key, which Zulip shows in its list of bots.",
};
const STREAM: SettingRule = {
  field: "stream",
  pattern: /^.{1,60}$/u,
  sentence: "Write the name of one channel, at most 60 characters.",
};

const TOPIC_LENGTH = 60;
const VERDICT_LENGTH = 200;
/** Zulip takes 10,000 characters of a message. */
const DIALECT: Dialect = { escape: defuseMarkdown, code: keepFences, textLength: 5_000 };

/** A bot of a Zulip organization. */
export function zulipKind(http: HttpSender): ChannelKind<ZulipSettings> {
  return {
    kind: "zulip",
    label: "Zulip",
    hint: "In Zulip: Personal settings → Bots → Add a new bot of the type “Incoming webhook”, and copy its e-mail and API key.",
    fields: FIELDS,
    unavailable: null,
    parseSettings: ({ server, email, key, stream }) => ({
      server: parseServerUrl(server, http.rule, EXAMPLE),
      email: parseSetting(email, EMAIL),
      key: parseSetting(key, KEY),
      stream: parseSetting(stream?.replace(/^#/, ""), STREAM),
    }),
    summary: ({ server, stream }) => `#${stream} · ${serverName(server)}`,
    async send({ server, email, key, stream }, message, { signal }) {
      const headers = {
        authorization: `Basic ${Buffer.from(`${email}:${key}`).toString("base64")}`,
        "content-type": "application/x-www-form-urlencoded",
      };
      const fields = { type: "stream", to: stream, topic: topicOf(message), content: renderZulip(message) };
      const body = new URLSearchParams(fields).toString();
      const answer = await http.call({ url: addressBelow(server, "/api/v1/messages"), headers, body, signal });
      return readAnswer(answer, {
        externalId: textIn(answer, "id"),
        retryAfterMs: parseSeconds(textIn(answer, "retry-after")),
      });
    },
  };
}

/** All that is told of one incident, or of one outage, comes to one topic. */
function topicOf({ job, incident, members }: AlertMessage): string {
  if (incident !== null && members.length > 0) return `Outage ${incident.id.slice(0, 8)}`;
  if (job === null || incident === null) return "Belfry";
  const end = ` · incident ${incident.number}`;
  return clip(job.name, TOPIC_LENGTH - end.length) + end;
}

export function renderZulip(message: AlertMessage): string {
  const { text, fields } = markdownCard(message, DIALECT);
  const facts = fields.map((field) => `**${field.label}:** ${field.text}`);
  // Line ends alone make no paragraph of their own after a code block.
  return [`**${defuseMarkdown(message.verdict, VERDICT_LENGTH)}**`, text, "", ...facts].join("\n");
}
