import type { ReportContent, ReportLine, ReportSection } from "../../domain/reports/report-content.ts";
import { escapeHtml } from "./escape.ts";
import type { MailContent } from "./mail.ts";

// No colours of our own: what reads on white does not on black, and not every mail program tells which it shows.
const QUIET = "opacity:0.72";

const STYLES = {
  body: "margin:0;padding:16px;font:15px/1.5 -apple-system,'Segoe UI',Roboto,sans-serif",
  column: "max-width:600px;margin:0 auto",
  title: "margin:0;font-size:20px;line-height:1.3",
  days: `margin:2px 0 14px;${QUIET}`,
  section: "margin:22px 0 2px;font-size:16px;line-height:1.3",
  note: `margin:0 0 4px;${QUIET};font-size:13px`,
  list: "margin:0;padding:0;list-style:none",
  line: "margin:0;padding:7px 0;border-top:1px solid #8884;overflow-wrap:anywhere",
  name: "font-weight:600",
  button:
    "display:inline-block;margin:4px 0 0;padding:5px 12px;border:1px solid;border-radius:6px;text-decoration:none",
  foot: `margin:26px 0 0;padding-top:10px;border-top:1px solid #8884;${QUIET};font-size:13px`,
} as const;

/** Subject and the two twins of a report's mail. `unsubscribeUrl` null: it does not say how to end them. */
export function renderReport(report: ReportContent, unsubscribeUrl: string | null): MailContent {
  return {
    subject: `${report.title}: ${report.days}`,
    text: renderText(report, unsubscribeUrl),
    html: renderHtml(report, unsubscribeUrl),
  };
}

const FOOT = "You get this because you asked for it in Belfry.";

function renderText({ title, days, lead, sections }: ReportContent, unsubscribeUrl: string | null): string {
  const blocks = [
    [title, days],
    lead,
    ...sections.map(({ title: heading, note, lines, more }) => [
      heading.toUpperCase(),
      note,
      "",
      ...lines.flatMap(textLine),
      ...(more > 0 ? [`… and ${more} more.`] : []),
    ]),
    [FOOT, ...(unsubscribeUrl === null ? [] : [`No more of these: ${unsubscribeUrl}`])],
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function textLine({ text, url, detail, action }: ReportLine): string[] {
  return [
    `- ${text}: ${detail}`,
    ...(url === null ? [] : [`  ${url}`]),
    ...(action === null ? [] : [`  ${action.label}: ${action.url}`]),
  ];
}

function renderHtml({ title, days, lead, sections }: ReportContent, unsubscribeUrl: string | null): string {
  const end = unsubscribeUrl === null ? "" : ` ${anchor(unsubscribeUrl, "Unsubscribe", "")}`;
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">`,
    `<title>${escapeHtml(title)}</title></head>`,
    `<body style="${STYLES.body}"><div style="${STYLES.column}">`,
    `<h1 style="${STYLES.title}">${escapeHtml(title)}</h1>`,
    `<p style="${STYLES.days}">${escapeHtml(days)}</p>`,
    ...lead.map((sentence) => `<p style="margin:0 0 6px">${escapeHtml(sentence)}</p>`),
    ...sections.map(htmlSection),
    `<p style="${STYLES.foot}">${FOOT}${end}</p>`,
    `</div></body></html>`,
  ].join("\n");
}

function htmlSection({ title, note, lines, more }: ReportSection): string {
  return [
    `<h2 style="${STYLES.section}">${escapeHtml(title)}</h2>`,
    `<p style="${STYLES.note}">${escapeHtml(note)}</p>`,
    `<ul style="${STYLES.list}">`,
    ...lines.map(htmlLine),
    ...(more > 0 ? [`<li style="${STYLES.line}">… and ${more} more.</li>`] : []),
    `</ul>`,
  ].join("\n");
}

function htmlLine({ text, url, detail, action }: ReportLine): string {
  const name = url === null ? `<strong>${escapeHtml(text)}</strong>` : anchor(url, text, STYLES.name);
  const button = action === null ? "" : `<br>${anchor(action.url, action.label, STYLES.button)}`;
  return `<li style="${STYLES.line}">${name}<br>${escapeHtml(detail)}${button}</li>`;
}

function anchor(url: string, label: string, style: string): string {
  return `<a href="${escapeHtml(url)}"${style === "" ? "" : ` style="${style}"`}>${escapeHtml(label)}</a>`;
}
