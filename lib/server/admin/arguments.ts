import { AppError } from "../../errors.ts";
import type { NamedKind } from "../../store/names.ts";

/** One option of a command, written `--name value` or `--name=value`. */
export type OptionSpec = {
  name: string;
  required: boolean;
  /** What its value looks like, e.g. `EMAIL` or `ping|read|write`. */
  value: string;
  /** Its value is the id of such a thing, or what people call it; commands are given the id. */
  refers?: NamedKind;
};

/** The given options by name; every required one is there. */
export type Options = ReadonlyMap<string, string>;

/**
 * Reads the words after a command's name.
 * @throws AppError `invalid`: what is not known, missing, given twice or without a value, and what would be right.
 */
export function parseOptions(
  command: { name: string; options: readonly OptionSpec[] },
  words: readonly string[],
): Options {
  const given = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const { name, value } = splitWord(words[index] ?? "", command);
    if (!command.options.some((option) => option.name === name)) {
      throw new AppError("invalid", `${command.name} has no option --${name}. ${usage(command)}`, name);
    }
    if (given.has(name)) throw new AppError("invalid", `--${name} is given twice.`, name);
    given.set(name, value ?? valueAfter(words, ++index, name));
  }
  const missing = command.options.filter((option) => option.required && !given.has(option.name));
  if (missing.length > 0) {
    const names = missing.map((option) => `--${option.name} ${option.value}`).join(" and ");
    throw new AppError("invalid", `${command.name} needs ${names}. ${usage(command)}`, missing[0]?.name ?? null);
  }
  return given;
}

function splitWord(
  word: string,
  command: { name: string; options: readonly OptionSpec[] },
): { name: string; value: string | null } {
  if (!word.startsWith("--")) {
    throw new AppError("invalid", `"${word}" is out of place: a value with spaces needs quotes. ${usage(command)}`);
  }
  const equals = word.indexOf("=");
  if (equals === -1) return { name: word.slice(2), value: null };
  return { name: word.slice(2, equals), value: word.slice(equals + 1) };
}

function valueAfter(words: readonly string[], index: number, name: string): string {
  const value = words[index];
  if (value === undefined || value.startsWith("--")) {
    throw new AppError("invalid", `--${name} needs a value (for one that begins with --, write --${name}=…).`, name);
  }
  return value;
}

/** `Usage: create-key --project ID --scope ping|read|write` */
export function usage({ name, options }: { name: string; options: readonly OptionSpec[] }): string {
  const parts = options.map((option) => {
    const text = `--${option.name} ${option.value}`;
    return option.required ? text : `[${text}]`;
  });
  return `Usage: ${[name, ...parts].join(" ")}`;
}
