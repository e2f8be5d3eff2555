import { looksLikeError } from "../../domain/message-output.ts";
import { outputLines, partsOf, type MessagePart } from "../../domain/message-parts.ts";
import type { AlertMessage } from "../../domain/message.ts";
import { TONE_COLOURS } from "./colours.ts";
import { escapeHtml } from "./escape.ts";
import { renderPlainText } from "./plain-text.ts";

export type MailContent = { subject: string; text: string; html: string };

/** Subject and the two twins of a mail, from one message. */
export function renderMail(message: AlertMessage): MailContent {
  return { subject: message.verdict, text: renderPlainText(message), html: renderHtml(message) };
}

function renderHtml(message: AlertMessage): string {
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">`,
    `<title>${escapeHtml(message.verdict)}</title></head>`,
    `<body style="margin:0;padding:16px;font:15px/1.5 -apple-system,'Segoe UI',Roboto,sans-serif">`,
    `<div style="max-width:640px;margin:0 auto;border-left:4px solid ${TONE_COLOURS[message.tone]};padding-left:16px">`,
    `<h1 style="margin:0 0 12px;font-size:18px;line-height:1.3">${escapeHtml(message.verdict)}</h1>`,
    ...partsOf(message).map(renderPart),
    `</div></body></html>`,
  ].join("\n");
}

function renderPart(part: MessagePart): string {
  switch (part.kind) {
    case "text":
      return `<p style="margin:0 0 8px">${escapeHtml(part.text)}</p>`;
    case "fact":
      return `<p style="margin:0 0 8px"><strong>${escapeHtml(part.label)}:</strong> ${escapeHtml(part.text)}</p>`;
    case "output":
      return `<pre style="margin:8px 0 12px;padding:10px;border:1px solid #8884;border-radius:4px;font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere">${outputLines(
        part.output,
      )
        .map(renderLine)
        .join("\n")}</pre>`;
    case "links":
      return `<p style="margin:12px 0 0">${part.links
        .map((link) => `<a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a>`)
        .join(" · ")}</p>`;
  }
}

function renderLine(line: string): string {
  return looksLikeError(line) ? `<strong>${escapeHtml(line)}</strong>` : escapeHtml(line);
}
