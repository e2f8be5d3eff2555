import { outputLines, partsOf } from "../../domain/message-parts.ts";
import type { AlertMessage } from "../../domain/message.ts";

/** The message below its verdict in GitHub's Markdown; what clients wrote is text in it and nothing else. */
export function renderGithub(message: AlertMessage): string {
  const blocks = partsOf(message).map((part) => {
    switch (part.kind) {
      case "text":
        return escapeGithub(part.text);
      case "fact":
        return `**${part.label}:** ${escapeGithub(part.text)}`;
      case "output":
        return fenced(outputLines(part.output).join("\n"));
      case "links":
        return part.links.map(({ label, url }) => `[${label}](${url})`).join(" · ");
    }
  });
  return blocks.join("\n\n");
}

/** What Markdown may read as markup, and what GitHub looks for in text that is none. */
const MARKS = /[@#]|:(?=\/)|[\\`*_{}[\]<>()!|~&$/.+=-]/g;

/**
 * Text without markup. GitHub looks for people, issues and addresses after it has read the Markdown, so a backslash does
 * not stop those: an unseen blank behind `@`, `#` and a colon does.
 */
export function escapeGithub(text: string): string {
  return text.replace(MARKS, (mark) => ("@#:".includes(mark) ? `${mark}&#8203;` : `\\${mark}`));
}

/** Nothing inside is markup, and no run of backticks in it is as long as its fence. */
function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
