import { maskSecrets } from "./mask.ts";
import type { MaskPattern } from "./mask-pattern.ts";
import { cleanLines } from "./message-text.ts";

/** What a message shows of a run's output: plain lines, secrets masked, nothing in them that a terminal would obey. */
export type OutputExcerpt = {
  /** Lines that look like errors, in their order; shown first. Empty where the tail is short enough to be read at once. */
  errors: readonly string[];
  /** The last lines. */
  tail: readonly string[];
  /** Lines before the tail that are not shown. */
  omitted: number;
};

const TAIL_LINES = 20;
const ERROR_LINES = 5;
const LINE_LENGTH = 200;
/** Fits every platform's text block after escaping, as long as it is not all ampersands. */
const TOTAL_LENGTH = 2_400;
/** A tail this short shows its errors by itself. */
const SHORT_TAIL = 6;

const ERROR =
  /\b(?:errors?|err|fatal|panic|exception|traceback|failed|failure|cannot|can't|could not|unable to|denied|refused|no such|not found|timed? ?out|killed|out of memory|no space left|segmentation fault|abort(?:ed|ing)?|critical)\b/i;
const NO_ERROR =
  /\b(?:no|0|without) (?:errors?|failures?|failed)\b|\b(?:errors?|failures?|failed)\s{0,3}[:=]\s{0,3}(?:0|none|false)\b/i;

/** True for a line that tells of an error, as far as its words show. */
export function looksLikeError(line: string): boolean {
  return ERROR.test(line) && !NO_ERROR.test(line);
}

/** The end of a run's output and its error lines, with what the project has masked; null where there is nothing to show. */
export function excerptOutput(output: string, maskPatterns: readonly MaskPattern[] = []): OutputExcerpt | null {
  // Masked before it is cut: half a secret would no longer look like one.
  const lines = cleanLines(maskSecrets(output, maskPatterns), LINE_LENGTH);
  if (lines.length === 0) return null;
  const errors = lines.length <= SHORT_TAIL ? [] : distinct(lines.filter(looksLikeError)).slice(-ERROR_LINES);
  let room = TOTAL_LENGTH - errors.reduce((sum, line) => sum + line.length + 1, 0);
  const tail: string[] = [];
  for (const line of lines.slice(-TAIL_LINES).toReversed()) {
    room -= line.length + 1;
    if (room < 0) break;
    tail.unshift(line);
  }
  return { errors, tail, omitted: lines.length - tail.length };
}

function distinct(lines: readonly string[]): string[] {
  return [...new Set(lines.map((line) => line.trim()))];
}
