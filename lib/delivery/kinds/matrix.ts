import { outputLines } from "../../domain/message-parts.ts";
import { clip } from "../../domain/message-text.ts";
import type { AlertMessage, MessageLink } from "../../domain/message.ts";
import { readAnswer, textIn } from "../api-answer.ts";
import type { ChannelField, ChannelKind } from "../channel.ts";
import { TONE_COLOURS } from "../markup/colours.ts";
import type { HttpSender } from "../http.ts";
import { fitMessage, jsonWithin } from "../markup/fit.ts";
import { layoutOf } from "../markup/layout.ts";
import { escapeHtml } from "../markup/escape.ts";
import { renderPlainText } from "../markup/plain-text.ts";
import { type Replacement, replacementOf } from "../markup/replacement.ts";
import { parseMillis } from "../retry-after.ts";
import { addressBelow, parseServerUrl, serverName } from "../settings/address.ts";
import { parseSetting, type SettingRule } from "../settings/setting.ts";

export type MatrixSettings = { server: URL; room: string; token: string };

const EXAMPLE = "https://matrix.example.org";

const FIELDS: readonly ChannelField[] = [
  { name: "server", label: "Homeserver", placeholder: EXAMPLE },
  {
    name: "room",
    label: "Room",
    placeholder: "!abcdefgh:example.org",
    hint: "Its internal ID, which Element shows in the room's settings under Advanced.",
  },
  { name: "token", label: "Access token", placeholder: "", input: "secret" },
];

const ROOM: SettingRule = {
  field: "room",
  pattern: /^![^\s/]{1,254}$/,
  sentence: "Paste the room's internal ID, which begins with !, such as !abc:example.org.",
};
const TOKEN: SettingRule = {
  field: "token",
  pattern: /^[\x21-\x7e]{1,2000}$/,
  sentence: "Paste the access token of the account that writes into the room.",
};

/** Servers refuse events over 65,536 bytes, their own additions included. */
const CONTENT_BYTES = 50_000;
const LINE_LENGTH = 1_000;

/** A room of a Matrix homeserver. */
export function matrixKind(http: HttpSender): ChannelKind<MatrixSettings> {
  return {
    kind: "matrix",
    label: "Matrix",
    hint: "Make an account for Belfry, join the room with it, and copy its access token (in Element: All settings → Help & About).",
    fields: FIELDS,
    unavailable: null,
    parseSettings: ({ server, room, token }) => ({
      server: parseServerUrl(server, http.rule, EXAMPLE),
      room: parseSetting(room, ROOM),
      token: parseSetting(token, TOKEN),
    }),
    summary: ({ server, room }) => `${room} · ${serverName(server)}`,
    async send({ server, room, token }, message, { deliveryId, earlierId: earlier, signal }) {
      const earlierId = eventIn(room, earlier);
      // The server makes one message of all requests with the same last part.
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${deliveryId}`;
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json; charset=utf-8" };
      const replacement = replacementOf(message, { earlierId });
      const content = replacement === null ? reply(message, earlierId) : renderEdit(replacement);
      const body = JSON.stringify(content);
      const answer = await http.call({ method: "PUT", url: addressBelow(server, path), headers, body, signal });
      // An edit of an edit is none: the first message is what later ones edit.
      const eventId = replacement?.id ?? textIn(answer, "event_id");
      return readAnswer(answer, {
        externalId: eventId === null ? null : `${room} ${eventId}`,
        retryAfterMs: parseMillis(textIn(answer, "retry_after_ms")),
      });
    },
  };
}

/** The event of an id that we kept; null where it was of another room: events of one cannot be edited or answered in another. */
function eventIn(room: string, kept: string | null): string | null {
  return kept?.startsWith(`${room} `) === true ? kept.slice(room.length + 1) : null;
}

/** HTML and its plain twin; the empty `m.mentions` says that nobody is mentioned, whatever the text looks like. */
export function renderMatrix(message: AlertMessage) {
  return fitMessage(message, { render: layOut, fits: jsonWithin(CONTENT_BYTES) });
}

/** Hangs on what was told of the same trouble before. */
function reply(message: AlertMessage, earlierId: string | null) {
  const content = renderMatrix(message);
  return earlierId === null ? content : { ...content, "m.relates_to": { "m.in_reply_to": { event_id: earlierId } } };
}

/** Brings an earlier message up to date; clients that know no edits show the text with a star before it. */
function renderEdit({ id, message }: Replacement) {
  const render = (version: AlertMessage) => {
    const content = layOut(version);
    const fallback = { ...content, body: `* ${content.body}`, formatted_body: `* ${content.formatted_body}` };
    return { ...fallback, "m.new_content": content, "m.relates_to": { rel_type: "m.replace", event_id: id } };
  };
  return fitMessage(message, { render, fits: jsonWithin(CONTENT_BYTES) });
}

function layOut(message: AlertMessage) {
  return {
    // Not m.notice: people's clients are silent about those.
    msgtype: "m.text",
    body: renderPlainText(message).trimEnd(),
    format: "org.matrix.custom.html",
    formatted_body: htmlOf(message),
    "m.mentions": {},
  };
}

function htmlOf(message: AlertMessage): string {
  const { lines, facts, output, actions, links } = layoutOf(message);
  const shown = (text: string): string => escapeHtml(clip(text, LINE_LENGTH));
  const code = output === null ? [] : outputLines(output).map(shown);
  return [
    `<p><strong><span data-mx-color="${TONE_COLOURS[message.tone]}">${shown(message.verdict)}</span></strong></p>`,
    `<p>${lines.map(shown).join("<br>")}</p>`,
    ...(code.length === 0 ? [] : [`<pre><code>${code.join("\n")}</code></pre>`]),
    `<p>${facts.map(({ label, text }) => `<strong>${label}:</strong> ${shown(text)}`).join("<br>")}</p>`,
    `<p>${actions.map((link) => `<strong>${linkTo(link)}</strong>`).join(" · ")}</p>`,
    `<p>${links.map(linkTo).join(" · ")}</p>`,
  ]
    .filter((paragraph) => paragraph !== "<p></p>")
    .join("");
}

function linkTo({ label, url }: MessageLink): string {
  return `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`;
}
