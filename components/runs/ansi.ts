import { visibleText } from "../base/visible-text.ts";

/** A stretch of one line of output in one style. `colour` is one of the eight, `bright-…`, or null. */
export type Span = { text: string; colour: string | null; bold: boolean; dim: boolean };

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

type Style = Omit<Span, "text">;

const PLAIN: Style = { colour: null, bold: false, dim: false };

// Colours and cursor movements, titles, device strings, and two-character sequences.
const ESCAPE = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);
const SEQUENCE = new RegExp(
  `${ESCAPE}(?:\\[([0-9;:?]*)[ -/]*([@-~])|\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)?|[PX^_][^${ESCAPE}]*(?:${ESCAPE}\\\\)?|[ -/]*[0-~])`,
  "g",
);

/**
 * Reads a terminal's output into lines of styled text: colours and weight are kept, every other escape sequence is dropped,
 * a carriage return shows what it leaves behind, and control characters become visible marks. Nothing in it can act.
 */
export function parseAnsi(output: string): Span[][] {
  let style = PLAIN;
  // The service shows NUL as a picture that few fonts have: here it is a control character like the others.
  const lines = output.replaceAll("\u2400", "\u0000").split(/\r?\n/);
  return lines.map((raw) => {
    const line = afterCarriageReturns(raw);
    const spans: Span[] = [];
    let from = 0;
    for (const match of line.matchAll(SEQUENCE)) {
      push(spans, line.slice(from, match.index), style);
      from = match.index + match[0].length;
      if (match[2] === "m") style = styled(style, match[1] ?? "");
    }
    push(spans, line.slice(from), style);
    return spans;
  });
}

// A progress bar writes its line again and again: what a terminal would show at the end is the last of it.
function afterCarriageReturns(line: string): string {
  const parts = line.split("\r").filter((part) => part !== "");
  return parts.at(-1) ?? "";
}

function push(spans: Span[], text: string, style: Style): void {
  if (text === "") return;
  const visible = text.split("\t").map(visibleText).join("\t");
  spans.push({ ...style, text: visible });
}

function styled(before: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let style = before;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    // 256 colours and true colour: skipped with their arguments.
    if (code === 38 || code === 48) index += codes[index + 1] === 2 ? 4 : 2;
    else style = applied(style, code);
  }
  return style;
}

function applied(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, colour: null };
  if (code >= 30 && code <= 37) return { ...style, colour: COLOURS[code - 30] ?? null };
  if (code >= 90 && code <= 97) return { ...style, colour: COLOURS[code - 90] ?? null };
  return style;
}
