import type { AlertMessage, Tone } from "../../domain/message.ts";
import { AppError } from "../../errors.ts";
import type { ChannelKind } from "../channel.ts";
import { DeliveryError } from "../channel.ts";
import { readAnswer } from "../api-answer.ts";
import type { HttpSender } from "../http.ts";
import { parseOptional } from "../settings/setting.ts";
import { renderPlainBody } from "../markup/plain-text.ts";
import { addressBelow, parseServerUrl, serverName } from "../settings/address.ts";

export type AppriseSettings = {
  server: URL;
  /** Null: to `urls`. */
  key: string | null;
  tag: string | null;
  /** Null: to what is saved on the server. */
  urls: string | null;
};

const EXAMPLE = "https://apprise.example.org";

const KEY = {
  field: "key",
  pattern: /^[\w-]{1,128}$/,
  sentence: "A key has at most 128 letters, digits, dashes and underscores.",
};
const TAG = {
  field: "tag",
  pattern: /^[\w-]+(?:[ ,]+[\w-]+){0,20}$/,
  sentence: "Write tags as Apprise has them: names, with commas between them for any and spaces for all.",
};

const TYPES: Readonly<Record<Tone, string>> = { bad: "failure", warning: "warning", good: "success", info: "info" };

/** An Apprise API server, which passes messages on to what is saved under a key, or to addresses given here. */
export function appriseKind(http: HttpSender): ChannelKind<AppriseSettings> {
  return {
    kind: "apprise",
    label: "Apprise API",
    hint: "Passes alerts on to the services that your Apprise API server knows.",
    fields: [
      { name: "server", label: "Server", placeholder: EXAMPLE },
      {
        name: "key",
        label: "Key",
        placeholder: "belfry",
        input: "secret",
        optional: true,
        hint: "Under which services are saved on that server.",
      },
      { name: "tag", label: "Tag", placeholder: "ops", optional: true, hint: "Only services with this tag." },
      {
        name: "urls",
        label: "Apprise URLs",
        placeholder: "ntfys://…",
        input: "long",
        optional: true,
        confidential: true,
        hint: "In place of a key: the services themselves, one to a line.",
      },
    ],
    unavailable: null,
    parseSettings({ server, key = "", tag = "", urls = "" }) {
      if ((key === "") === (urls === "")) {
        throw new AppError("invalid", "Give either a key or Apprise URLs.", key === "" ? "key" : "urls");
      }
      return {
        server: parseServerUrl(server, http.rule, EXAMPLE),
        key: parseOptional(key, KEY),
        tag: parseOptional(tag, TAG),
        urls: urls === "" ? null : parseUrls(urls),
      };
    },
    summary({ server, tag }) {
      return `${serverName(server)}${tag === null ? "" : `, tag ${tag}`}`;
    },
    async send({ server, key, tag, urls }, message, { signal }) {
      const url = addressBelow(server, `/notify/${key ?? ""}`);
      const headers = { "content-type": "application/json", accept: "application/json" };
      const body = JSON.stringify({
        ...appriseMessage(message),
        ...(tag === null ? {} : { tag }),
        ...(urls === null ? {} : { urls }),
      });
      const answer = await http.call({ url, headers, body, signal });
      if (answer.status === 204) {
        throw new DeliveryError({ permanent: true, status: 204, answer: "Apprise knows no service under this key." });
      }
      // 424: one of the services did not take it, which may pass; those that did get it twice rather than the one never.
      if (answer.status === 424) {
        throw new DeliveryError({ permanent: false, status: 424, answer: answer.body || "A service did not take it." });
      }
      return readAnswer(answer);
    },
  };
}

function appriseMessage(message: AlertMessage) {
  return { title: message.verdict, body: renderPlainBody(message), type: TYPES[message.tone], format: "text" };
}

function parseUrls(urls: string): string {
  const list = urls.split(/[\s,]+/).filter((url) => url !== "");
  if (list.length <= 50 && list.every((url) => /^[a-z][a-z0-9+.-]{1,30}:\/\/[\x21-\x7e]{1,2000}$/i.test(url)))
    return list.join(", ");
  throw new AppError("invalid", "Write Apprise URLs one to a line, such as ntfys://topic, at most 50.", "urls");
}
