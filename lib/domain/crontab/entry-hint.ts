import { quoted } from "../schedule/error.ts";

type Hint = { pattern: RegExp; says(found: string): string };

/** What a line was likely meant to be that no daemon takes for an entry. */
const HINTS: readonly Hint[] = [
  { pattern: /^\uFEFF/, says: () => "The file begins with a byte order mark, which cron takes for part of a field." },
  { pattern: /^\r$/, says: () => "This empty line ends in a carriage return, as Windows writes it; remove it." },
  {
    pattern: /^[^\x20-\x7E]/,
    says: (found) => `The line begins with ${codeOf(found)}, which is no blank to cron; remove it.`,
  },
  { pattern: /^export[ \t]+\w+=/, says: () => 'Cron knows no "export"; write NAME=value alone.' },
  {
    pattern: /^[A-Za-z_][\w-]*[ \t]*=[ \t\r]*$/,
    says: (found) => `${quoted(found.trim())} has no value; write ${found.replace(/[ \t]*=.*/s, "")}="".`,
  },
  {
    pattern: /^[A-Za-z_][\w-]*[ \t]*=[ \t]*(["'])(?:(?!\1).)*\1.+$/,
    says: (found) => `In ${quoted(found)} nothing may follow the closing quote, a comment neither.`,
  },
  {
    pattern: /^[A-Za-z_][\w-]*[ \t]*=[ \t]*["'][^"']*$/,
    says: (found) => `In ${quoted(found)} the quote is not closed.`,
  },
];

/** The sentence for a line that looks like something else than an entry; null where it does not. */
export function hintFor(line: string): string | null {
  for (const { pattern, says } of HINTS) {
    const found = pattern.exec(line)?.[0];
    if (found !== undefined) return says(found);
  }
  return null;
}

function codeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `the character U+${code}`;
}
