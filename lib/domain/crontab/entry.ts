import { quoted } from "../schedule/error.ts";
import { type CrontabCommand, splitCommand } from "./command.ts";
import { hintFor } from "./entry-hint.ts";
import type { TimeCheck } from "./time-check.ts";

/**
 * What a daemon makes of an entry. `loaded` is the command as it keeps it, before it takes it apart at `%`. `warnings` say
 * what it silently does with the schedule. `unknownUser`: it is refused only where the machine has no such user.
 */
export type EntryVerdict =
  | ({ accepted: true; loaded: string; warnings: readonly string[] } & CrontabCommand)
  | { accepted: false; reason: string; unknownUser?: string };

/** An entry as it is written. */
export type EntryText = {
  /** The five fields or the nickname, with single blanks. */
  schedule: string;
  nickname: string | null;
  /** The sixth column of a system crontab. */
  user: string | null;
  /** What stands after the schedule. */
  rest: string;
};

/** Takes a line apart, without blanks before it. */
export function splitEntry(line: string, isSystem: boolean): EntryText {
  const nickname = /^-?(@[^ \t]*)/.exec(line)?.[1] ?? null;
  const written = nickname === null ? FIVE_FIELDS.exec(line)?.[0] : /^[^ \t]*/.exec(line)?.[0];
  // Fewer than five fields: all of it is for the grammar to complain about.
  const time = written ?? line;
  const rest = skipBlanks(line.slice(time.length));
  const schedule = time
    .split(/[ \t]+/)
    .filter((field) => field !== "")
    .join(" ");
  return { schedule, nickname, user: isSystem ? firstWord(rest) : null, rest };
}

const FIVE_FIELDS = /^(?:[^ \t]+[ \t]+){4}[^ \t]+/;

function firstWord(text: string): string {
  return /^[^ \t]*/.exec(text)?.[0] ?? "";
}

function skipBlanks(text: string): string {
  return text.replace(/^[ \t]+/, "");
}

export type Reader = { isSystem: boolean; knownUsers: ReadonlySet<string>; debian: TimeCheck; cronie: TimeCheck };

/** What Debian's cron says to an entry. */
export function debianVerdict(line: string, entry: EntryText, { isSystem, knownUsers, debian }: Reader): EntryVerdict {
  const time = debian(entry.schedule);
  if (!time.accepted) return refused(hintFor(line) ?? time.reason);
  if (entry.rest.startsWith("*")) return refused(SIXTH_STAR);
  if (!isSystem) return loadedByDebian(entry.rest, time.warnings);
  const user = entry.user ?? "";
  if (entry.rest.length === user.length) return refused(user === "" ? NO_USER : noCommandFor(user));
  if (user.includes("/")) return refused(noName(user));
  if (!knownUsers.has(user)) return { accepted: false, reason: notAmongKnown(user), unknownUser: user };
  // Only one blank goes with the user.
  return loadedByDebian(entry.rest.slice(user.length + 1), time.warnings);
}

const LONGEST_COMMAND = 998;

function loadedByDebian(loaded: string, warnings: readonly string[]): EntryVerdict {
  const bytes = loaded.length > LONGEST_COMMAND / 4 ? new TextEncoder().encode(loaded).length : 0;
  if (bytes > LONGEST_COMMAND) {
    return refused(`The command has ${bytes} bytes; Debian's cron takes ${LONGEST_COMMAND}, so put it into a script.`);
  }
  return { accepted: true, loaded, warnings, ...splitCommand(loaded, { joinsBackslashes: true }) };
}

/** What cronie says to an entry. */
export function cronieVerdict(line: string, entry: EntryText, { isSystem, cronie }: Reader): EntryVerdict {
  const time = cronie(entry.schedule);
  if (!time.accepted) return refused(hintFor(line) ?? time.reason);
  if (entry.rest === "") return refused(isSystem ? NO_USER : NO_COMMAND);
  if (entry.rest.startsWith("*")) return refused(SIXTH_STAR);
  const user = entry.user ?? "";
  const command = isSystem ? skipBlanks(entry.rest.slice(user.length)) : entry.rest;
  if (command === "") return refused(noCommandFor(user));
  return loadedByCronie(command, time.warnings);
}

/** Cronie's one option before a command, `-n`: mail only where it fails. */
function loadedByCronie(command: string, warnings: readonly string[]): EntryVerdict {
  const loads = (loaded: string) => ({ accepted: true as const, loaded, warnings, ...splitCommand(loaded, CRONIE) });
  if (!command.startsWith("-")) return loads(command);
  const loaded = /^-n[ \t]+([^ \t].*)$/s.exec(command)?.[1];
  if (loaded === undefined || loaded.startsWith("-")) {
    const option = quoted(firstWord(command));
    return refused(`Cronie takes ${option} for an option of its own, of which it knows only "-n " before a command.`);
  }
  return loads(loaded);
}

const CRONIE = { joinsBackslashes: false };

function refused(reason: string): EntryVerdict {
  return { accepted: false, reason };
}

const NO_COMMAND = "There is no command after the schedule.";
const NO_USER = "There is no user after the schedule, as a system crontab needs it; write root, say.";
const SIXTH_STAR = "A sixth * follows the five fields; leave out the first field if it is the seconds.";

function noCommandFor(user: string): string {
  return `${quoted(user)} stands in the user's place and no command follows; write the user before the command.`;
}

function noName(user: string): string {
  return `${quoted(user)} stands in the user's place and is no name; write the user, root say, before the command.`;
}

function notAmongKnown(user: string): string {
  return `The user ${quoted(user)}, the sixth word of a system crontab, is not among the users known here.`;
}
