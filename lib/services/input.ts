import { AppError } from "../errors.ts";

export type Problem = { field: string | null; message: string };

/** Input with one or more things wrong; the message names them all, `field` is the first one's. */
export class InvalidInput extends AppError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super("invalid", problems.map(({ message }) => message).join(" "), problems[0]?.field ?? null);
    this.name = "InvalidInput";
    this.problems = problems;
  }
}

/**
 * Calls every parser, so that a person hears of all mistakes at once.
 * @throws InvalidInput where some refused with AppError `invalid`; whatever else one throws.
 */
export function parseAll<T>(parsers: { [Key in keyof T]: () => T[Key] }): T {
  const problems: Problem[] = [];
  const parsed: Partial<T> = {};
  for (const key in parsers) {
    try {
      parsed[key] = parsers[key]();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "invalid") throw error;
      problems.push(
        ...(error instanceof InvalidInput ? error.problems : [{ field: error.field, message: error.message }]),
      );
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return complete<T>(parsed);
}

/** Every key has been given a value: no parser refused. */
function complete<T>(parsed: Partial<T>): T {
  return parsed as T;
}

/** What a person typed, maybe in several lines: trimmed, without what PostgreSQL cannot keep. */
export function typedText(text: string): string {
  return text.replaceAll("\0", "").replaceAll(HALF_CHARACTERS, "\ufffd").trim();
}

/** What a person typed in one line: control characters are blanks. */
export function typedLine(text: string): string {
  return typedText(text).replaceAll(CONTROLS, " ").trim();
}

/** Words or names that a person typed, each once. Texts that are looked for in output keep their tabs: `typedText`. */
export function typedLines(texts: readonly string[]): string[] {
  return [...new Set(texts.map(typedLine).filter((text) => text !== ""))];
}

// oxlint-disable-next-line no-control-regex -- they are what has to go
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;
/** JSON of PostgreSQL refuses them. */
const HALF_CHARACTERS = /\p{Surrogate}/gu;

const NAME_MAX = 100;

/** A name people gave, in one line, trimmed. @throws AppError `invalid` for that field. */
export function parseName(text: string, field: string, longest = NAME_MAX): string {
  const name = typedLine(text);
  if (name === "") throw new AppError("invalid", "Give it a name.", field);
  if (name.length > longest) {
    throw new AppError("invalid", `This name has ${name.length} characters; at most ${longest} fit.`, field);
  }
  return name;
}

/** A page size within 1 to 500. */
export function parseLimit(limit: number | undefined, fallback = 50): number {
  return Math.min(Math.max(Math.trunc(limit ?? fallback) || fallback, 1), 500);
}

/** What was given of an input: without what is undefined. */
export function given<T extends object>(input: T): Partial<T> {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  // They are entries of `T`, some of them left out.
  return Object.fromEntries(entries) as Partial<T>;
}
