import type { EntryText, EntryVerdict } from "./entry.ts";

/** The settings that say when entries run and to whom they report. */
export const IN_FORCE = ["CRON_TZ", "TZ", "MAILTO", "RANDOM_DELAY"] as const;

/** Whose crontab: a user's own, or one of the system with a column for the user (/etc/crontab, /etc/cron.d). */
export type CrontabKind = "user" | "system";

/** Settings that say when an entry runs, and to whom it reports. */
export type CrontabEnvironment = Readonly<Partial<Record<(typeof IN_FORCE)[number], string>>>;

export type CrontabEntry = EntryText & {
  /** Counted from 1. */
  line: number;
  /** The comment directly above. */
  name: string | null;
  /** As Debian's cron runs it, or else as cronie does; empty where neither does. */
  command: string;
  /** What the command finds on its standard input; null for nothing. */
  input: string | null;
  /** Set above this line. */
  environment: CrontabEnvironment;
  debian: EntryVerdict;
  cronie: EntryVerdict;
};

/** What a daemon says to a line that is a setting: what it silently does with it, or why it takes it for none. */
export type VariableVerdict = { accepted: true; warnings: readonly string[] } | { accepted: false; reason: string };

export type CrontabVariable = {
  line: number;
  name: string;
  value: string;
  debian: VariableVerdict;
  cronie: VariableVerdict;
};

export type CrontabFile = {
  kind: CrontabKind;
  entries: readonly CrontabEntry[];
  variables: readonly CrontabVariable[];
  debian: FileVerdict;
  cronie: FileVerdict;
};

/** What a daemon does with a whole crontab. */
export type FileVerdict = {
  /** It reads the file, be it without some of its lines. */
  accepted: boolean;
  /** Why it ignores the file, or which lines it leaves out, as a sentence; null where there is nothing to say. */
  reason: string | null;
};

/** A line without the blanks before it. */
export type CrontabLine = {
  number: number;
  text: string;
  /** A newline follows. */
  ended: boolean;
};
