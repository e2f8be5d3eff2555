import type { AlertMessage } from "../../domain/message.ts";
import { AppError } from "../../errors.ts";
import { readAnswer, textIn, type Reading } from "../api-answer.ts";
import type { ChannelKind } from "../channel.ts";
import { fitMessage } from "../markup/fit.ts";
import type { HttpAnswer, HttpSender } from "../http.ts";
import { renderPlainText } from "../markup/plain-text.ts";
import { addressBelow, parseServerUrl } from "../settings/address.ts";
import { parseSetting } from "../settings/setting.ts";

export type SignalSettings = { server: URL; from: string; to: string[] };

const EXAMPLE = "http://signal.example.org:8080";

/** What is longer, Signal's apps fold into a file. */
const TEXT_LENGTH = 2_000;
const MOST_RECIPIENTS = 20;

const NUMBER = {
  field: "from",
  pattern: /^\+[1-9]\d{6,14}$/,
  sentence: "Write the number that the server sends with, such as +4915112345678.",
};

const GROUP = /^group\.[\w+/=-]{10,200}$/;
const PERSON = /^(?:\+[1-9]\d{6,14}|u:[^\s,]{3,40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Nearly every failure comes as 400: these words tell the ones that pass. */
const PASSING = /rate.?limit|\[429\]|\[5\d\d\]|network failure|timed? ?out|unavailable|connection|ioexception/i;

/** Signal messages through signal-cli-rest-api. */
export function signalKind(http: HttpSender): ChannelKind<SignalSettings> {
  return {
    kind: "signal",
    label: "Signal",
    hint: "Run signal-cli-rest-api and link or register a number with it; Belfry posts to its /v2/send.",
    fields: [
      { name: "server", label: "Server", placeholder: EXAMPLE },
      { name: "from", label: "From", placeholder: "+4915112345678", hint: "The number that is registered there." },
      {
        name: "to",
        label: "To",
        placeholder: "+4915187654321",
        input: "long",
        hint: "Numbers or user names (u:name.01), one a line; or one group (group.…), as the server's list of groups names it.",
      },
    ],
    unavailable: null,
    parseSettings: (input) => ({
      server: parseServerUrl(input["server"], http.rule, EXAMPLE),
      from: parseSetting(input["from"], NUMBER),
      to: readRecipients(input["to"]),
    }),
    summary: ({ to: [first = "", ...others] }) =>
      `${GROUP.test(first) ? "a group" : first}${others.length === 0 ? "" : ` and ${others.length} more`}`,
    async send({ server, from, to }, message, { signal }) {
      const headers = { "content-type": "application/json" };
      // Said although it is the default: a server may be set to read ** and || as markup.
      const body = JSON.stringify({
        number: from,
        recipients: to,
        message: renderSignal(message),
        text_mode: "normal",
      });
      const answer = await http.call({ url: addressBelow(server, "/v2/send"), headers, body, signal });
      return readAnswer(answer, { ...adviceOf(answer), externalId: textIn(answer, "timestamp") });
    },
  };
}

function readRecipients(value = ""): string[] {
  const to = value.split(/[\s,;]+/).filter((recipient) => recipient !== "");
  const refuse = (sentence: string): never => {
    throw new AppError("invalid", sentence, "to");
  };
  if (to.length === 0) refuse("Write whom to tell: a number such as +4915187654321, or a group such as group.….");
  if (to.length > MOST_RECIPIENTS) refuse(`Write at most ${MOST_RECIPIENTS} recipients, or a group.`);
  const strange = to.find((recipient) => !GROUP.test(recipient) && !PERSON.test(recipient));
  if (strange !== undefined)
    refuse(`“${strange.slice(0, 40)}” is neither a number with its country code, nor u:name.01, nor group.….`);
  if (to.length > 1 && to.some((recipient) => GROUP.test(recipient)))
    refuse("Signal sends to one group or to people, not to both: make a channel for each.");
  return to;
}

/** The message as plain text, as long as Signal shows it at once. */
export function renderSignal(message: AlertMessage): string {
  return fitMessage(message, {
    render: (version) => renderPlainText(version).trim(),
    fits: (text) => text.length <= TEXT_LENGTH,
  });
}

function adviceOf(answer: HttpAnswer): Reading {
  const words = textIn(answer, "error") ?? "";
  if (answer.status === 429 && /challenge/i.test(words))
    return { advice: "Signal wants proof that a person sends: solve the challenge on the server.", permanent: false };
  if (answer.status === 400) {
    if (PASSING.test(words)) return { permanent: false };
    if (/not registered/i.test(words))
      return { advice: "The sending number is not registered on the server, or was signed out: link it again." };
    if (/unregistered user/i.test(words)) return { advice: "A recipient has no Signal: take it out." };
  }
  return answer.status === 404 ? { advice: "There is no signal-cli-rest-api at this address: check the server." } : {};
}
