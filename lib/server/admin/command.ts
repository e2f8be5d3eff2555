import type { Instant } from "../../domain/time.ts";
import type { Ctx } from "../../services/context.ts";
import type { Options, OptionSpec } from "./arguments.ts";

/** A row of the table of commands. */
export type Command = {
  name: string;
  /** One sentence. */
  summary: string;
  options: readonly OptionSpec[];
  /** The key that the database was set up with need not be ours: all of it is replaced, and the check comes afterwards. */
  replacesData?: true;
  /** What is printed as JSON. @throws AppError whose message is printed. */
  run(ctx: Ctx, options: Options): Promise<object>;
};

export const PROJECT: OptionSpec = { name: "project", required: true, value: "ID|NAME", refers: "project" };
/** Where a job or a channel is named, the project in which it is looked for. */
export const ANY_PROJECT: OptionSpec = { ...PROJECT, required: false };

/** An option that `parseOptions` has made sure of. */
export function required(options: Options, name: string): string {
  const value = options.get(name);
  if (value === undefined) throw new Error(`The option --${name} is not declared as required.`);
  return value;
}

/** `2026-11-22T08:00:00.000Z` */
export function isoTime(at: Instant): string;
export function isoTime(at: Instant | null): string | null;
export function isoTime(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
