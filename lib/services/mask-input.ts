import type { MaskPattern } from "../domain/mask-pattern.ts";
import { AppError } from "../errors.ts";
import { typedText } from "./input.ts";

const MOST_PATTERNS = 30;
const LONGEST_PATTERN = 100;
const MOST_STARS = 4;
/** Shorter ones would mask half of every output. */
const LEAST_LETTERS = 3;

/** Reads patterns as a person wrote them, one to a line. @throws AppError `invalid` about `field`. */
export function parseMaskPatterns(text: string, field: string): MaskPattern[] {
  const lines = text.split(/\r\n|\r|\n/).map(typedText);
  const patterns = [...new Set(lines.filter((line) => line !== "").map((line) => line.replace(/\*{2,}/g, "*")))];
  const refuse = (sentence: string): never => {
    throw new AppError("invalid", sentence, field);
  };
  if (patterns.length > MOST_PATTERNS) refuse(`Write at most ${MOST_PATTERNS} texts, one to a line.`);
  for (const pattern of patterns) {
    const pieces = pattern.split("*");
    const shown = `“${pattern.slice(0, 40)}”`;
    if (pattern.length > LONGEST_PATTERN) refuse(`${shown} is too long: ${LONGEST_PATTERN} characters are the most.`);
    if (pieces.length - 1 > MOST_STARS) refuse(`${shown} has too many stars: ${MOST_STARS} are the most.`);
    if (!pieces.some((piece) => piece.length >= LEAST_LETTERS))
      refuse(`${shown} would mask too much: write ${LEAST_LETTERS} characters or more beside each other.`);
  }
  return patterns;
}
