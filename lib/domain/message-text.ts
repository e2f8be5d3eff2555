/** Escape sequences of terminals: CSI (colours, cursor), OSC (titles, links), and the short ones. */
const ANSI =
  // oxlint-disable-next-line no-control-regex
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]|\u009b[0-?]*[ -/]*[@-~]/g;

/** Controls, lone surrogates, private use, line separators, and invisible formatting except the joiners of scripts and emoji. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cs}\p{Co}\p{Cf}\u2028\u2029]/gu;

/** One line without terminal codes, control or invisible characters, blanks folded, at most `maxLength` UTF-16 units. */
export function cleanLine(text: string, maxLength: number): string {
  // Cut first: what will not be shown need not be cleaned.
  const bounded = text.slice(0, maxLength * 8);
  const visible = bounded
    .replace(ANSI, "")
    .replace(/[\s\u2028\u2029]+/g, " ")
    .replace(UNSEEN, "");
  return clip(visible.replace(/ {2,}/g, " ").trim(), maxLength);
}

/** Lines of a program's output as a terminal would leave them: no codes, progress bars at their last state, no blank ends. */
export function cleanLines(output: string, maxLineLength: number): string[] {
  const lines = output
    .replace(ANSI, "")
    .split(/\r?\n/)
    .map((line) => clip(lastState(line).replace(/\t/g, "  ").replace(UNSEEN, "").trimEnd(), maxLineLength));
  const folded = lines.filter((line, index) => line !== "" || lines[index - 1] !== "");
  while (folded[0] === "") folded.shift();
  while (folded.at(-1) === "") folded.pop();
  return folded;
}

/** `text` if it is short enough, else its beginning and "…"; characters outside the basic plane stay whole. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const cut = text.slice(0, Math.max(0, maxLength - 1));
  return `${cut.replace(/[\ud800-\udbff]$/, "").trimEnd()}…`;
}

function lastState(line: string): string {
  const states = line.split("\r").filter((state) => state !== "");
  return states.at(-1) ?? "";
}
