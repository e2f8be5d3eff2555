import type { OutputExcerpt } from "../../domain/message-output.ts";
import { clip } from "../../domain/message-text.ts";
import type { AlertMessage, MessageLink } from "../../domain/message.ts";
import { escapeWithin } from "./escape.ts";
import { fittingLines, takeWithin } from "./fit.ts";
import { layoutOf } from "./layout.ts";

/** How one platform's markdown is kept from reading what it should only show. */
export type Dialect = {
  escape(text: string, maxLength: number): string;
  /** Makes text harmless that stands between code fences; the result is not longer. */
  code(text: string): string;
  /** Limit of lines and output together. */
  textLength: number;
};

/** Lines and output as one text, facts and links as fields: what cards and attachments are made of. */
export type MarkdownCard = { text: string; fields: MarkdownField[] };

export type MarkdownField = { label: string; text: string };

const LINE_LENGTH = 500;
const FACT_LENGTH = 280;
/** Seven facts come to less as a rule; more than ever would be left out from the end. */
const FACTS_LENGTH = 1_770;
const LINKS_LENGTH = 600;
/** Signed addresses are long; a field of Discord takes 1,024 characters. */
const ACTIONS_LENGTH = 1_000;
const SEPARATOR = " · ";

export function markdownCard(message: AlertMessage, dialect: Dialect): MarkdownCard {
  const { lines, facts, output, actions, links } = layoutOf(message);
  const escaped = lines.map((line) => dialect.escape(line, LINE_LENGTH));
  const text = takeWithin(escaped, dialect.textLength, (line) => line.length + 1).join("\n");
  const block = output === null ? [] : [codeBlock(output, dialect.textLength - text.length - 1, dialect)];
  const told = facts.map((fact) => ({ label: fact.label, text: dialect.escape(fact.text, FACT_LENGTH) }));
  const act = actions.length === 0 ? [] : [{ label: "Act", text: markdownLinks(actions, ACTIONS_LENGTH) }];
  const open = links.length === 0 ? [] : [{ label: "Open", text: markdownLinks(links, LINKS_LENGTH) }];
  return {
    text: [text, ...block].join("\n"),
    fields: [...takeWithin(told, FACTS_LENGTH, (fact) => fact.label.length + fact.text.length), ...act, ...open],
  };
}

/** Output between fences, in which nothing is markup. */
export function codeBlock(output: OutputExcerpt, maxLength: number, { code }: Pick<Dialect, "code">): string {
  const room = maxLength - "```\n\n```".length;
  return `\`\`\`\n${clip(code(fittingLines(output, room).join("\n")), room)}\n\`\`\``;
}

function markdownLinks(links: readonly MessageLink[], maxLength: number): string {
  const written = links.map(({ label, url }) => `[${label}](${url.replaceAll(")", "%29")})`);
  return takeWithin(written, maxLength, (link) => link.length + SEPARATOR.length).join(SEPARATOR);
}

/** Stands between a mark and what it would be read with: nothing is seen, and nobody is mentioned. */
const BREAK = "\u200b";

const ESCAPED = new Set("\\`*_[]~|");

/** For markdown in which a backslash makes the next character an ordinary one. */
export function escapeMarkdown(text: string, maxLength: number): string {
  return escapeWithin(text, maxLength, (character, previous) => {
    const shown = ESCAPED.has(character) ? `\\${character}` : character;
    return partsFrom(previous, character) ? BREAK + shown : shown;
  });
}

const LOOKALIKES: Readonly<Record<string, string>> = { "*": "∗", "`": "'" };
const PAIRS = new Set(["](", "~~", "||", "$$"]);

/** For markdown without an escape character: marks give way to others that look alike, pairs of marks are parted. */
export function defuseMarkdown(text: string, maxLength: number): string {
  return escapeWithin(text, maxLength, (character, previous) => {
    const shown = LOOKALIKES[character] ?? character;
    return partsFrom(previous, character) || PAIRS.has(previous + character) ? BREAK + shown : shown;
  });
}

/** Names follow `@` and tags `<` at once; headings, quotes and lists have their mark at the beginning. */
function partsFrom(previous: string, character: string): boolean {
  if (previous === "") return "#>-+".includes(character);
  return (previous === "@" || previous === "<") && character !== " ";
}

/** Output that cannot end the fences it stands between. */
export function keepFences(text: string): string {
  return text.replaceAll("```", "'''");
}

/** For receivers that read `<!channel>`, `<users/all>` and `<address|words>` wherever they stand, even in code. */
export function partAngles(text: string): string {
  return text.replace(/<(?=[!@#]|users\/|[^|]*\|)/g, "‹");
}
