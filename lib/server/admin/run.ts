import { AppError, messageOf } from "../../errors.ts";
import { ALERT_COMMANDS } from "./alert-commands.ts";
import { parseOptions, usage } from "./arguments.ts";
import { BACKUP_COMMANDS } from "./backup-commands.ts";
import { CHANNEL_COMMANDS } from "./channel-commands.ts";
import type { Command } from "./command.ts";
import { INCIDENT_COMMANDS } from "./incident-commands.ts";
import { JOB_COMMANDS } from "./job-commands.ts";
import { PEOPLE_COMMANDS } from "./people-commands.ts";
import { resolveReferences } from "./references.ts";
import { REPORT_COMMANDS } from "./report-commands.ts";
import type { OpenSession } from "./session.ts";
import { UNMATCHED_COMMANDS } from "./unmatched-commands.ts";
import { WINDOW_COMMANDS } from "./window-commands.ts";

export const COMMANDS: readonly Command[] = [
  ...PEOPLE_COMMANDS,
  ...JOB_COMMANDS,
  ...UNMATCHED_COMMANDS,
  ...INCIDENT_COMMANDS,
  ...WINDOW_COMMANDS,
  ...CHANNEL_COMMANDS,
  ...ALERT_COMMANDS,
  ...REPORT_COMMANDS,
  ...BACKUP_COMMANDS,
];

/** The one JSON object for standard output. `failure` is what was thrown, where it is a bug and no expected failure. */
export type AdminResult = { ok: true; output: object } | { ok: false; output: { error: string }; failure: unknown };

/** Runs the command that these words name, in a session that `open` makes and that is closed again. Never throws. */
export async function runAdmin(words: readonly string[], open: OpenSession): Promise<AdminResult> {
  try {
    return { ok: true, output: await outputOf(words, open) };
  } catch (error) {
    return { ok: false, output: { error: sentenceOf(error) }, failure: error instanceof AppError ? null : error };
  }
}

async function outputOf(words: readonly string[], open: OpenSession): Promise<object> {
  const [name = "--help", ...rest] = words;
  if (["--help", "-h", "help"].includes(name)) return { commands: COMMANDS.map(helpOf) };
  const command = COMMANDS.find((known) => known.name === name);
  if (command === undefined) throw unknownCommand(name);
  if (rest.includes("--help")) return { commands: [helpOf(command)] };
  // Before anything is opened: a misspelt option must not start a database.
  const options = parseOptions(command, rest);
  const session = await open({ checkKey: command.replacesData !== true });
  try {
    return await command.run(session.ctx, await resolveReferences(session.ctx, command.options, options));
  } finally {
    await session.close();
  }
}

function helpOf({ name, summary, options }: Command) {
  return { name, summary, usage: usage({ name, options }) };
}

function unknownCommand(name: string): AppError {
  const known = COMMANDS.map((command) => command.name).join(", ");
  return new AppError("invalid", `There is no command "${name}". The commands are: ${known}.`);
}

function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  // A refused connection to several addresses has its messages inside.
  const message = error instanceof AggregateError ? error.errors.map(messageOf).join("; ") : messageOf(error);
  return message === "" ? "The command failed; the reason is in the log on standard error." : message;
}
