import { outputLines, partsOf } from "../../domain/message-parts.ts";
import type { AlertMessage } from "../../domain/message.ts";

export type CommonmarkStyle = {
  escape(text: string): string;
  /** Between two lines: a blank line makes paragraphs of them, two blanks and a line end keep them together. */
  lineEnd: "\n\n" | "  \n";
};

/** The message below its verdict in CommonMark; what clients wrote is text in it and nothing else. */
export function renderCommonmark(message: AlertMessage, { escape, lineEnd }: CommonmarkStyle): string {
  const blocks: string[] = [];
  let lines: string[] = [];
  const endLines = (): void => {
    if (lines.length > 0) blocks.push(lines.join(lineEnd));
    lines = [];
  };
  for (const part of partsOf(message)) {
    if (part.kind === "text") lines.push(escape(part.text));
    else if (part.kind === "fact") lines.push(`**${part.label}:** ${escape(part.text)}`);
    else {
      endLines();
      if (part.kind === "output") blocks.push(fenced(outputLines(part.output).join("\n")));
      else blocks.push(part.links.map(({ label, url }) => `[${label}](<${url}>)`).join(" · "));
    }
  }
  endLines();
  return blocks.join("\n\n");
}

/** Text that stays what it is: no emphasis, link, image, tag, entity or list. */
export function escapeCommonmark(text: string): string {
  return text.replace(/[\\`*_[\]<>&~#|!]/g, "\\$&").replace(/^(\d*)([-+.)])/, "$1\\$2");
}

/** What Markdown may read as markup, and what GitHub looks for in text that is none. */
const MARKS = /[@#]|:(?=\/)|[\\`*_{}[\]<>()!|~&$/.+=-]/g;

/**
 * The same for GitHub, which looks for people, issues and addresses after it has read the Markdown, so a backslash does not
 * stop those: an unseen blank behind `@`, `#` and a colon does.
 */
export function escapeGithub(text: string): string {
  return text.replace(MARKS, (mark) => ("@#:".includes(mark) ? `${mark}&#8203;` : `\\${mark}`));
}

/** A block in which nothing is markup: its fence is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
