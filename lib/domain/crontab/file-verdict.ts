import { joined } from "../schedule/word-list.ts";
import type { CrontabEntry, CrontabKind, CrontabLine, CrontabVariable, FileVerdict } from "./crontab-file.ts";

type Parts = {
  kind: CrontabKind;
  entries: readonly CrontabEntry[];
  variables: readonly CrontabVariable[];
  lines: readonly CrontabLine[];
};

const FINE: FileVerdict = { accepted: true, reason: null };

/** Debian's cron reads a crontab wholly or not at all. */
export function debianFileVerdict(parts: Parts): FileVerdict {
  const bad = [...parts.entries, ...parts.variables]
    .filter(({ line, debian }) => !debian.accepted && parts.lines[line - 1]?.ended === true)
    .toSorted((a, b) => a.line - b.line)[0];
  if (bad !== undefined && !bad.debian.accepted) return ignored(`line ${bad.line} is wrong: ${bad.debian.reason}`);
  if (isTooLong(parts)) return ignored("it has more than 10,000 lines.");
  if (lastIsUnended(parts)) return ignored("no newline at the end of the last line.");
  return FINE;
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

const MOST_NAMED = 5;

/** Cronie leaves out what it cannot read and goes on. */
export function cronieFileVerdict({ entries, variables }: Parts): FileVerdict {
  const skipped = [...entries, ...variables].filter(({ cronie }) => !cronie.accepted).map(({ line }) => line);
  if (skipped.length === 0) return FINE;
  const words = joined(skipped.toSorted((a, b) => a - b).map(String), MOST_NAMED);
  return { accepted: true, reason: `Cronie leaves out ${skipped.length === 1 ? "line" : "lines"} ${words}.` };
}
