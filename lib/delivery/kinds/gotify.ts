import type { AlertMessage, Tone } from "../../domain/message.ts";
import { AppError } from "../../errors.ts";
import { readAnswer, textIn } from "../api-answer.ts";
import type { ChannelKind } from "../channel.ts";
import { escapeCommonmark, renderCommonmark } from "../markup/commonmark.ts";
import { fitMessage } from "../markup/fit.ts";
import type { HttpSender } from "../http.ts";
import { addressBelow, parseServerUrl, serverName } from "../settings/address.ts";
import { parseSetting } from "../settings/setting.ts";

export type GotifySettings = { server: URL; token: string };

const EXAMPLE = "https://gotify.example.org";

/** Gotify has no limit of its own; a phone shows no more. */
const MESSAGE_LENGTH = 8_000;

const TOKEN = {
  field: "token",
  pattern: /^[\w.-]{6,100}$/,
  sentence: "Paste the token of an application, such as A….",
};

/** Its app is silent below 4, and shows from 8 up what is urgent. */
const PRIORITY: Readonly<Record<Tone, number>> = { bad: 8, warning: 5, good: 3, info: 5 };

const ADVICE: Readonly<Record<number, string>> = {
  401: "The server does not know this token. Paste the one that Gotify shows under Apps.",
  403: "This token may not send: paste that of an application, which Gotify shows under Apps.",
  404: "There is no Gotify at this address: check the server.",
};

/** Push messages through a Gotify server. */
export function gotifyKind(http: HttpSender): ChannelKind<GotifySettings> {
  return {
    kind: "gotify",
    label: "Gotify",
    hint: "In Gotify: Apps → Create application, and copy its token.",
    fields: [
      { name: "server", label: "Server", placeholder: EXAMPLE },
      { name: "token", label: "Application token", placeholder: "A…", input: "secret" },
    ],
    unavailable: null,
    parseSettings(input) {
      const server = parseServerUrl(input["server"], http.rule, EXAMPLE);
      const token = parseSetting(input["token"], TOKEN);
      if (!token.startsWith("C")) return { server, token };
      throw new AppError(
        "invalid",
        "This is the token of a client, which only receives: paste that of an application.",
        "token",
      );
    },
    summary: ({ server }) => serverName(server),
    async send({ server, token }, message, { signal }) {
      const headers = { "content-type": "application/json", "x-gotify-key": token };
      const body = JSON.stringify(renderGotify(message));
      const answer = await http.call({ url: addressBelow(server, "/message"), headers, body, signal });
      return readAnswer(answer, { externalId: textIn(answer, "id"), advice: ADVICE[answer.status] });
    },
  };
}

/** The message in markdown, with the first link to open at a tap. */
export function renderGotify(message: AlertMessage) {
  const [link] = message.links;
  return {
    title: message.verdict,
    message: fitMessage(message, {
      render: (version) => renderCommonmark(version, { escape: escapeCommonmark, lineEnd: "  \n" }),
      fits: (text) => text.length <= MESSAGE_LENGTH,
    }),
    priority: PRIORITY[message.tone],
    extras: {
      "client::display": { contentType: "text/markdown" },
      ...(link === undefined ? {} : { "client::notification": { click: { url: link.url } } }),
    },
  };
}
