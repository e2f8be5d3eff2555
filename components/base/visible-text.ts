/**
 * Makes text from outside safe to show on one line: control characters and characters that reorder or hide text become
 * visible marks. Markup needs no care here: React escapes it.
 */
export function visibleText(text: string): string {
  return text.replace(CONTROLS, controlMark).replace(REORDERING, codeMark);
}

/** The same for text of several lines: line ends and tabs stay. */
export function visibleLines(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .split(/(?<=[\n\t])/)
    .map((part) => {
      const end = /[\n\t]$/.exec(part)?.[0] ?? "";
      return visibleText(part.slice(0, part.length - end.length)) + end;
    })
    .join("");
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

// Bidirectional marks and overrides, zero-width spaces, line and paragraph separators, tags. Joiners stay: scripts need them.
const REORDERING = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

// As terminals show them: ^G, ^[ and ^? are in every font, the control pictures of Unicode are not.
function controlMark(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x80 ? `^${String.fromCharCode(code ^ 0x40)}` : codeMark(character);
}

function codeMark(character: string): string {
  return `\u27e8U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}
