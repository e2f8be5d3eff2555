import { outputLines } from "../../domain/message-parts.ts";
import { clip } from "../../domain/message-text.ts";
import type { AlertMessage, Tone } from "../../domain/message.ts";
import type { ChannelKind, SendReceipt } from "../channel.ts";
import { readAnswer } from "../api-answer.ts";
import type { HttpAnswer, HttpSender } from "../http.ts";
import { jsonHookKind, type HookSettings } from "../json-hook.ts";
import { fitMessage, jsonWithin } from "../markup/fit.ts";
import { layoutOf } from "../markup/layout.ts";

/** Teams refuses messages of about 28 kB and more. */
const CARD_BYTES = 25_000;
const LINE_LENGTH = 500;
const VERDICT_LENGTH = 200;
/** As many buttons stand in a row before the rest hides in a menu. */
const BUTTONS = 6;

const STYLES: Readonly<Record<Tone, string>> = {
  bad: "attention",
  warning: "warning",
  good: "good",
  info: "accent",
};

/** Workflows of Microsoft Teams that post what a webhook brings. */
export function teamsKind(http: HttpSender): ChannelKind<HookSettings> {
  return jsonHookKind(
    {
      kind: "teams",
      label: "Microsoft Teams",
      hint: "In Teams: the channel's … → Workflows → “Send webhook alerts to a channel”, and copy the URL it gives you.",
      example: "https://….environment.api.powerplatform.com/…/workflows/…",
      render: renderTeams,
      receive: receiveTeams,
    },
    http,
  );
}

/** An adaptive card. All text stands in text runs: they know no markup, and mentions need an entity that is not there. */
export function renderTeams(message: AlertMessage) {
  return fitMessage(message, { render: layOut, fits: jsonWithin(CARD_BYTES) });
}

function layOut(message: AlertMessage) {
  const verdict = clip(message.verdict, VERDICT_LENGTH);
  const content = cardOf(message, verdict);
  const card = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
  return { type: "message", summary: verdict, attachments: [card] };
}

function cardOf(message: AlertMessage, verdict: string) {
  const { lines, facts, output, actions, links } = layoutOf(message);
  const style = STYLES[message.tone];
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    fallbackText: verdict,
    body: [
      { type: "Container", style, bleed: true, items: [block([run(verdict, { weight: "Bolder", size: "Medium" })])] },
      ...lines.map((line) => block([run(line)], { spacing: "Small" })),
      ...(output === null ? [] : [outputBlock(outputLines(output))]),
      ...facts.map(({ label, text }) => block([run(`${label}: `, { weight: "Bolder" }), run(text)])),
    ],
    actions: [...actions, ...links]
      .slice(0, BUTTONS)
      .map(({ label, url }) => ({ type: "Action.OpenUrl", title: label, url })),
  };
}

/** A block a line: how a line end inside of a text run is shown differs between clients. */
function outputBlock(lines: readonly string[]) {
  const items = lines.map((line) => {
    const text = line.replace(/^ +/, (blanks) => "\u00a0".repeat(blanks.length));
    return block([run(text === "" ? "\u00a0" : text, { fontType: "Monospace", size: "Small" })], { spacing: "None" });
  });
  return { type: "Container", style: "emphasis", items };
}

function block(inlines: readonly object[], looks: { spacing: string } = { spacing: "Small" }) {
  return { type: "RichTextBlock", ...looks, inlines };
}

function run(text: string, looks: { weight?: string; size?: string; fontType?: string } = {}) {
  return { type: "TextRun", text: clip(text, LINE_LENGTH), ...looks };
}

/** The older connectors answer 200 to everything and tell in the text what really came of it. */
function receiveTeams(answer: HttpAnswer): SendReceipt {
  if (answer.status !== 200 || !answer.body.includes("Webhook message delivery failed")) return readAnswer(answer);
  const status = /HTTP error (\d{3})/.exec(answer.body)?.[1] ?? "502";
  return readAnswer({ ...answer, status: Number(status) });
}
