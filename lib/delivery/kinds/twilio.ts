import { readAnswer, textIn, type Reading } from "../api-answer.ts";
import type { ChannelKind } from "../channel.ts";
import type { HttpAnswer, HttpSender } from "../http.ts";
import { parseSetting } from "../settings/setting.ts";
import { renderSms } from "../markup/sms.ts";

export type TwilioSettings = { account: string; token: string; from: string; to: string };

const ACCOUNT = {
  field: "account",
  pattern: /^AC[0-9a-fA-F]{32}$/,
  sentence: "Paste the account SID: AC and 32 digits, as Twilio's console shows it.",
};
const TOKEN = {
  field: "token",
  pattern: /^[0-9a-zA-Z]{32}$/,
  sentence: "Paste the auth token: 32 letters and digits, as Twilio's console shows it.",
};
const FROM = {
  field: "from",
  pattern: /^(?:\+[1-9]\d{6,14}|\d{3,8}|MG[0-9a-fA-F]{32}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11})$/,
  sentence: "Write a number of yours, such as +15550001111, a messaging service's SID (MG…), or a sender's name.",
};
const TO = {
  field: "to",
  pattern: /^\+[1-9]\d{6,14}$/,
  sentence: "Write one phone number with its country code and no blanks, such as +4915112345678.",
};

/** Words for the commonest of Twilio's codes; its own say the rest. */
const ADVICE: Readonly<Record<string, string>> = {
  "20003": "Twilio does not know this account or token. Check both.",
  "21211": "This is not a phone number: check whom it goes to.",
  "21408": "The account may not send to this country: allow it in Twilio's console.",
  "21608": "A trial account only sends to numbers that Twilio has verified.",
  "21610": "The person answered STOP: nothing arrives until that number texts START.",
  "21614": "This number cannot take text messages.",
};

/** The sender's queue is full: that passes. */
const QUEUE_FULL = "21611";

/** Text messages through Twilio: one short text with verdict and link. */
export function twilioKind(http: HttpSender, api = "https://api.twilio.com"): ChannelKind<TwilioSettings> {
  return {
    kind: "twilio",
    label: "SMS (Twilio)",
    hint: "In Twilio's console: account SID and auth token are on the first page; the sender is a number or messaging service of yours.",
    fields: [
      { name: "account", label: "Account SID", placeholder: "AC…" },
      { name: "token", label: "Auth token", placeholder: "32 letters and digits", input: "secret" },
      {
        name: "from",
        label: "From",
        placeholder: "+15550001111",
        hint: "A number, a messaging service (MG…) or a name.",
      },
      { name: "to", label: "To", placeholder: "+4915112345678", hint: "One number; each text costs what Twilio asks." },
    ],
    unavailable: null,
    parseSettings: (input) => ({
      account: parseSetting(input["account"], ACCOUNT),
      token: parseSetting(input["token"], TOKEN),
      from: parseSetting(input["from"], FROM),
      to: parseSetting(input["to"], TO),
    }),
    summary: ({ from, to }) => `${to}, from ${from.startsWith("MG") ? `service …${from.slice(-4)}` : from}`,
    async send({ account, token, from, to }, message, { signal }) {
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        authorization: `Basic ${Buffer.from(`${account}:${token}`).toString("base64")}`,
      };
      const sender = /^MG[0-9a-fA-F]{32}$/.test(from) ? "MessagingServiceSid" : "From";
      const body = new URLSearchParams({ To: to, [sender]: from, Body: renderSms(message) }).toString();
      const url = `${api}/2010-04-01/Accounts/${account}/Messages.json`;
      const answer = await http.call({ url, headers, body, signal });
      return readAnswer(answer, { ...adviceOf(answer), externalId: textIn(answer, "sid") });
    },
  };
}

function adviceOf(answer: HttpAnswer): Reading {
  const code = textIn(answer, "code") ?? "";
  return { advice: ADVICE[code], permanent: code === QUEUE_FULL ? false : null };
}
