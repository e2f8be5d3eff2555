import { memberLines } from "../../domain/message-members.ts";
import { looksLikeError } from "../../domain/message-output.ts";
import { outputLines, partsOf, type MessagePart } from "../../domain/message-parts.ts";
import type { AlertMessage, MessageLink } from "../../domain/message.ts";
import { TONE_COLOURS } from "./colours.ts";
import { escapeHtml } from "./escape.ts";
import { renderPlainText } from "./plain-text.ts";

export type MailContent = { subject: string; text: string; html: string };

/** A mail has room for the jobs of any outage; more lines would be read by nobody. */
const MEMBER_LINES = 300;

/** Subject and the two twins of a mail, from one message. `unsubscribeUrl` null: it does not say how to end them. */
export function renderMail(given: AlertMessage, unsubscribeUrl: string | null): MailContent {
  const message = withAllMembers(given);
  const end = unsubscribeUrl === null ? "" : `\nNo more mails like this: ${unsubscribeUrl}\n`;
  return {
    subject: message.verdict,
    text: `${renderPlainText(message)}${end}`,
    html: renderHtml(message, unsubscribeUrl),
  };
}

/** Where other platforms show the first jobs of an outage, a mail names each. */
function withAllMembers(message: AlertMessage): AlertMessage {
  const { members, job } = message;
  if (members.length === 0 || job !== null) return message;
  const short = memberLines(members);
  const at = message.why.findIndex((line) => line === short[0]);
  if (at < 0) return message;
  const after = message.why.slice(at + short.length);
  return { ...message, why: [...message.why.slice(0, at), ...memberLines(members, MEMBER_LINES), ...after] };
}

const FONT = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

// Inline for programs that drop style sheets, which then show it light; the sheet adds the dark and the narrow form.
const STYLES = {
  body: `margin:0;padding:20px 12px;background:#f1f3f5;color:#212529;font:15px/1.5 ${FONT}`,
  card: "max-width:640px;margin:0 auto;background:#ffffff;border:1px solid #dee2e6;border-radius:8px;overflow:hidden",
  inner: "padding:18px 22px 20px",
  title: "margin:0 0 10px;font-size:19px;line-height:1.3;overflow-wrap:anywhere",
  text: "margin:0 0 6px;overflow-wrap:anywhere",
  table: "width:100%;table-layout:fixed;border-collapse:collapse;margin:12px 0 0",
  // Wide enough for the longest, so that one table's values stand below another's.
  label: "width:108px;padding:3px 10px 3px 0;vertical-align:baseline;white-space:nowrap;color:#5c636a;font-size:14px",
  value: "padding:3px 0;vertical-align:baseline;overflow-wrap:anywhere",
  output: `margin:12px 0;padding:10px 12px;background:#f8f9fa;border:1px solid #dee2e6;border-radius:6px;font:13px/1.5 ${MONO};white-space:pre-wrap;overflow-wrap:anywhere`,
  todo: "margin:14px 0 0;padding:10px 12px;background:#f1f3f5;border-radius:6px;overflow-wrap:anywhere",
  row: "margin:16px 0 0",
  first:
    "display:inline-block;margin:0 8px 8px 0;padding:8px 16px;background:#1864ab;border:1px solid #1864ab;border-radius:6px;color:#ffffff;font-weight:600;text-decoration:none",
  other:
    "display:inline-block;margin:0 8px 8px 0;padding:8px 16px;background:#ffffff;border:1px solid #adb5bd;border-radius:6px;color:#212529;font-weight:600;text-decoration:none",
  link: "color:#1864ab",
  foot: "max-width:640px;margin:10px auto 0;padding:0 22px;color:#5c636a;font-size:13px",
} as const;

const SHEET = `@media (prefers-color-scheme: dark) {
body { background: #141517 !important; color: #e9ecef !important; }
.card { background: #1f2023 !important; border-color: #3a3d42 !important; }
.quiet { color: #a6adb4 !important; }
.well { background: #292b2f !important; border-color: #3a3d42 !important; }
.other { background: #1f2023 !important; border-color: #6c757d !important; color: #e9ecef !important; }
.link { color: #74b3f0 !important; }
.error { color: #ff9d9d !important; }
}
@media (max-width: 480px) {
.inner { padding: 14px 16px 16px !important; }
.label, .value { display: block !important; width: auto !important; padding: 0 !important; white-space: normal !important; }
.value { margin-bottom: 8px !important; }
.button { display: block !important; margin-right: 0 !important; text-align: center !important; }
}`;

function renderHtml(message: AlertMessage, unsubscribeUrl: string | null): string {
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">`,
    `<title>${escapeHtml(message.verdict)}</title><style>${SHEET}</style></head>`,
    `<body style="${STYLES.body}">`,
    `<div class="card" style="${STYLES.card}"><div style="height:5px;background:${TONE_COLOURS[message.tone]}"></div>`,
    `<div class="inner" style="${STYLES.inner}">`,
    `<h1 style="${STYLES.title}">${escapeHtml(message.verdict)}</h1>`,
    ...gatherFacts(partsOf(message)).map(renderBlock),
    `</div></div>`,
    ...(unsubscribeUrl === null ? [] : [footOf(unsubscribeUrl)]),
    `</body></html>`,
  ].join("\n");
}

function footOf(unsubscribeUrl: string): string {
  const link = `<a class="quiet" href="${escapeHtml(unsubscribeUrl)}" style="color:#5c636a">Unsubscribe</a>`;
  return `<p class="quiet" style="${STYLES.foot}">This mail goes to an address of a channel in Belfry. ${link}</p>`;
}

type Fact = Extract<MessagePart, { kind: "fact" }>;
type Block = Exclude<MessagePart, Fact> | { kind: "facts"; facts: Fact[] } | { kind: "todo"; text: string };

/** Facts that follow each other are one table; what to do stands out. */
function gatherFacts(parts: readonly MessagePart[]): Block[] {
  const blocks: Block[] = [];
  for (const part of parts) {
    const last = blocks.at(-1);
    if (part.kind !== "fact") blocks.push(part);
    else if (part.label === "What to do") blocks.push({ kind: "todo", text: part.text });
    else if (last?.kind === "facts") last.facts.push(part);
    else if (last?.kind === "todo") lastTable(blocks).push(part);
    else blocks.push({ kind: "facts", facts: [part] });
  }
  return blocks;
}

/** What comes after the advice is no table of its own: it joins the one before. */
function lastTable(blocks: Block[]): Fact[] {
  const table = blocks.findLast((block) => block.kind === "facts");
  if (table !== undefined) return table.facts;
  const facts: Fact[] = [];
  blocks.push({ kind: "facts", facts });
  return facts;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case "text":
      return `<p style="${STYLES.text}">${escapeHtml(block.text)}</p>`;
    case "facts":
      return `<table role="presentation" style="${STYLES.table}">${block.facts.map(renderFact).join("\n")}</table>`;
    case "todo":
      return `<p class="well" style="${STYLES.todo}"><strong>What to do:</strong> ${escapeHtml(block.text)}</p>`;
    case "output":
      return `<pre class="well" style="${STYLES.output}">${outputLines(block.output).map(renderLine).join("\n")}</pre>`;
    case "actions":
      return `<p style="${STYLES.row}">${block.links.map(renderButton).join("\n")}</p>`;
    case "links":
      return `<p style="${STYLES.row}">${block.links.map(renderLink).join(" · ")}</p>`;
  }
}

function renderFact({ label, text }: Fact): string {
  return `<tr><td class="label quiet" style="${STYLES.label}">${escapeHtml(label)}</td><td class="value" style="${STYLES.value}">${escapeHtml(text)}</td></tr>`;
}

function renderLine(line: string): string {
  return looksLikeError(line)
    ? `<strong class="error" style="color:#b02525">${escapeHtml(line)}</strong>`
    : escapeHtml(line);
}

function renderButton({ label, url }: MessageLink, index: number): string {
  const look = index === 0 ? "first" : "other";
  return `<a class="button ${look}" href="${escapeHtml(url)}" style="${STYLES[look]}">${escapeHtml(label)}</a>`;
}

function renderLink({ label, url }: MessageLink): string {
  return `<a class="link" href="${escapeHtml(url)}" style="${STYLES.link}">${escapeHtml(label)}</a>`;
}
