import { IncomingWebhook, type IncomingWebhookSendArguments } from "@slack/webhook";
import { partsOf, type MessagePart } from "../../domain/message-parts.ts";
import type { AlertMessage, MessageLink } from "../../domain/message.ts";
import type { ChannelKind } from "../channel.ts";
import { escapeAngles } from "../markup/escape.ts";
import { fittingLines } from "../markup/fit.ts";
import { keepFences } from "../markup/markdown.ts";
import { receiptOf, type HttpAnswer, type HttpSender } from "../http.ts";
import { maskUrl, parseTargetUrl } from "../settings/address.ts";

export type SlackSettings = { url: URL };

type Blocks = NonNullable<IncomingWebhookSendArguments["blocks"]>;

const EXAMPLE = "https://hooks.slack.com/services/T…/B…/…";

/** Slack answers 400 to a text that is longer, and the message would be lost. */
const HEADER_LENGTH = 150;
const SECTION_LENGTH = 3_000;
/** Ten of them fit a section. */
const LINE_LENGTH = 280;

/** Slack's incoming webhooks. */
export function slackKind(http: HttpSender): ChannelKind<SlackSettings> {
  return {
    kind: "slack",
    label: "Slack",
    hint: "In Slack: Apps → Incoming Webhooks → Add to a channel, and copy the address it gives you.",
    fields: [{ name: "url", label: "Webhook URL", placeholder: EXAMPLE, confidential: true }],
    unavailable: null,
    parseSettings: ({ url }) => ({ url: parseTargetUrl(url, http.rule, "url", EXAMPLE) }),
    summary: ({ url }) => maskUrl(url),
    async send({ url }, message, context) {
      // The library keeps neither Retry-After nor the status of a success: the answer is taken where it passes.
      const answers: HttpAnswer[] = [];
      const webhook = new IncomingWebhook(url.href, {
        async fetch(target, init) {
          const headers = { ...init?.headers, "idempotency-key": context.deliveryId };
          const body = typeof init?.body === "string" ? init.body : "";
          const answer = await http.call({ url: String(target), headers, body, signal: context.signal });
          answers.push(answer);
          return responseOf(url.href, answer);
        },
      });
      try {
        await webhook.send(renderSlack(message));
      } catch (error) {
        const [answer] = answers;
        if (answer === undefined) throw originalOf(error);
        return receiptOf(answer);
      }
      const [answer] = answers;
      if (answer === undefined) throw new Error("Slack's library answered without a call.");
      return receiptOf(answer);
    },
  };
}

/** The message as blocks, with its verdict as the text of notifications. */
export function renderSlack(message: AlertMessage): IncomingWebhookSendArguments {
  const blocks: Blocks = [
    { type: "header", text: { type: "plain_text", text: escapeAngles(message.verdict, HEADER_LENGTH), emoji: false } },
  ];
  // Lines that follow each other share a section, else the message would be mostly air.
  let lines: string[] = [];
  const endSection = (): void => {
    if (lines.length > 0) blocks.push(section(lines.join("\n")));
    lines = [];
  };
  for (const part of partsOf(message)) {
    if (part.kind === "text") lines.push(escapeAngles(part.text, LINE_LENGTH));
    else if (part.kind === "fact") lines.push(`*${part.label}:* ${escapeAngles(part.text, LINE_LENGTH)}`);
    else {
      endSection();
      blocks.push(blockOf(part));
    }
  }
  endSection();
  const text = escapeAngles(message.verdict, SECTION_LENGTH);
  return { text, blocks, link_names: false, unfurl_links: false, unfurl_media: false };
}

function blockOf(part: Extract<MessagePart, { kind: "output" | "actions" | "links" }>): Blocks[number] {
  if (part.kind === "output") {
    // Three backticks would end the block in which nothing is markup.
    const room = SECTION_LENGTH - 6;
    const lines = fittingLines(part.output, room, (text) => escapeAngles(text, Infinity).length);
    return section(`\`\`\`${escapeAngles(keepFences(lines.join("\n")), room)}\`\`\``);
  }
  if (part.kind === "actions") return { type: "actions", elements: part.links.map(buttonOf) };
  const links = part.links.map((link) => `<${link.url}|${link.label}>`).join(" · ");
  return { type: "context", elements: [{ type: "mrkdwn", text: links }] };
}

/** It only opens a page, so nothing has to listen for it; Slack wants each to have a name of its own all the same. */
function buttonOf({ label, url }: MessageLink, index: number) {
  const look = index === 0 ? ({ style: "primary" } as const) : {};
  return {
    type: "button",
    text: { type: "plain_text", text: label },
    url,
    action_id: `open-${index}`,
    ...look,
  } as const;
}

function section(text: string): Blocks[number] {
  return { type: "section", text: { type: "mrkdwn", text } };
}

function responseOf(url: string, { status, body }: HttpAnswer) {
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText: "",
    url,
    headers: new Headers(),
    arrayBuffer: async () => new TextEncoder().encode(body).buffer,
    json: async (): Promise<unknown> => JSON.parse(body),
    text: async () => body,
  };
}

/** What our own `fetch` threw, which the library wraps. */
function originalOf(error: unknown): unknown {
  return error instanceof Error && "original" in error ? error.original : error;
}
