import { quoted } from "../schedule/error.ts";
import { joined } from "../schedule/word-list.ts";
import type { CrontabEntry, CrontabKind, CrontabLine, CrontabVariable, FileVerdict } from "./crontab-file.ts";

type Parts = {
  kind: CrontabKind;
  entries: readonly CrontabEntry[];
  variables: readonly CrontabVariable[];
  lines: readonly CrontabLine[];
};

const MOST_NAMED = 5;

const FINE: FileVerdict = { accepted: true, reason: null };

/** Debian's cron reads a crontab wholly or not at all. */
export function debianFileVerdict(parts: Parts): FileVerdict {
  const wrong = linesWrong(parts);
  const bad = wrong.find(({ unknownUser }) => unknownUser === undefined);
  if (bad !== undefined) return ignored(`line ${bad.line} is wrong: ${bad.reason}`);
  if (isTooLong(parts)) return ignored("it has more than 10,000 lines.");
  if (lastIsUnended(parts)) return ignored("no newline at the end of the last line.");
  return wrong.length === 0 ? FINE : ignoredWithout(wrong);
}

type Wrong = { line: number; reason: string; unknownUser?: string };

function linesWrong({ entries, variables, lines }: Parts): Wrong[] {
  return [...entries, ...variables]
    .flatMap(({ line, debian }) => (debian.accepted || lines[line - 1]?.ended !== true ? [] : [{ ...debian, line }]))
    .toSorted((a, b) => a.line - b.line);
}

/** All that is wrong are users of whom we do not know: the machine may well have them. */
function ignoredWithout(wrong: readonly Wrong[]): FileVerdict {
  const users = [...new Set(wrong.flatMap(({ unknownUser }) => unknownUser ?? []))];
  const named = joined(users.map(quoted), MOST_NAMED);
  const who = users.length === 1 ? "who is" : "who are";
  const word = users.length === 1 ? "user" : "users";
  const first = `line ${wrong[0]?.line ?? 1}`;
  return {
    accepted: false,
    reason: `Debian ignores this whole file where there is no ${word} ${named} (${first}), ${who} not among those known here.`,
  };
}

function ignored(why: string): FileVerdict {
  return { accepted: false, reason: `Debian ignores this whole file: ${why}` };
}

const MOST_LINES = 10_000;
// The daemon, which alone sees the system's crontabs, counts by what it has read and begins to complain a little later.
const LAST_LINE_READ = 10_003;

function isTooLong({ kind, lines, entries, variables }: Parts): boolean {
  if (kind === "user") return lines.length > MOST_LINES;
  const last = Math.max(entries.at(-1)?.line ?? 0, variables.at(-1)?.line ?? 0);
  return last > LAST_LINE_READ;
}

function lastIsUnended({ lines }: Parts): boolean {
  const last = lines.at(-1);
  return last !== undefined && !last.ended && last.text !== "" && !last.text.startsWith("#");
}

/** Cronie leaves out what it cannot read and goes on. */
export function cronieFileVerdict({ entries, variables }: Parts): FileVerdict {
  const skipped = [...entries, ...variables].filter(({ cronie }) => !cronie.accepted).map(({ line }) => line);
  if (skipped.length === 0) return FINE;
  const words = joined(skipped.toSorted((a, b) => a - b).map(String), MOST_NAMED);
  return { accepted: true, reason: `Cronie leaves out ${skipped.length === 1 ? "line" : "lines"} ${words}.` };
}
