import { DIALECTS } from "../schedule/dialects.ts";
import {
  type CrontabEntry,
  type CrontabEnvironment,
  type CrontabFile,
  type CrontabKind,
  type CrontabLine,
  type CrontabVariable,
  IN_FORCE,
  type VariableVerdict,
} from "./crontab-file.ts";
import { cronieVerdict, debianVerdict, type Reader, splitEntry } from "./entry.ts";
import { nameFromComment } from "./entry-name.ts";
import { cronieFileVerdict, debianFileVerdict } from "./file-verdict.ts";
import { readSetting } from "./setting.ts";
import { createSettingCheck, type SettingCheck } from "./setting-lints.ts";
import { createTimeCheck } from "./time-check.ts";

/** The users of a fresh Debian. */
export const DEBIAN_USERS: ReadonlySet<string> = new Set(
  "root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc _apt nobody".split(" "),
);

/**
 * Reads a crontab as Debian's cron and cronie do, and goes on where they give up. `knownUsers` are those of the machine:
 * Debian ignores a system crontab that names another, which a list that is not the machine's own cannot tell. Never throws.
 */
export function parseCrontab(
  text: string,
  kind: CrontabKind,
  knownUsers: ReadonlySet<string> = DEBIAN_USERS,
): CrontabFile {
  const lines = linesOf(text);
  const isSystem = kind === "system";
  const reader: Reader = {
    isSystem,
    knownUsers,
    debian: createTimeCheck(DIALECTS.vixie),
    cronie: createTimeCheck(DIALECTS.cronie),
  };
  const checkSetting = createSettingCheck();
  const entries: CrontabEntry[] = [];
  const variables: CrontabVariable[] = [];
  let environment: CrontabEnvironment = {};
  let comment = "";
  for (const line of lines) {
    const above = comment;
    comment = line.text.startsWith("#") ? line.text : "";
    if (line.text === "" || comment !== "") continue;
    const variable = readVariable(line, checkSetting);
    const entry = variable?.debian.accepted === true ? null : readEntry(line, { reader, environment, comment: above });
    if (entry !== null && (variable === null || entry.debian.accepted)) {
      entries.push(variable === null ? entry : { ...entry, cronie: TAKEN_FOR_SETTING });
    } else if (variable !== null) {
      variables.push(variable);
      if (line.ended) environment = withVariable(environment, variable);
    }
  }
  const parts = { kind, entries, variables, lines };
  return { kind, entries, variables, debian: debianFileVerdict(parts), cronie: cronieFileVerdict(parts) };
}

function linesOf(text: string): CrontabLine[] {
  const lines = text.split("\n");
  const all = lines.map((line, index) => ({
    number: index + 1,
    text: line.replace(/^[ \t]+/, ""),
    ended: index < lines.length - 1,
  }));
  return lines.at(-1) === "" ? all.slice(0, -1) : all;
}

function readVariable({ number, text, ended }: CrontabLine, check: SettingCheck): CrontabVariable | null {
  const setting = readSetting(text);
  if (setting === null) return null;
  const { name, value, inDebian } = setting;
  const reason = `Debian's cron does not take a line without a value for a setting; write ${name}="".`;
  const lints = check(name, value);
  const debian: VariableVerdict = inDebian ? { accepted: true, warnings: lints.debian } : { accepted: false, reason };
  return {
    line: number,
    name,
    value,
    debian: ended ? debian : UNENDED,
    cronie: ended ? { accepted: true, warnings: lints.cronie } : UNENDED,
  };
}

function withVariable(environment: CrontabEnvironment, { name, value }: CrontabVariable): CrontabEnvironment {
  const known = IN_FORCE.find((each) => each === name);
  return known === undefined ? environment : { ...environment, [known]: value };
}

type Around = { reader: Reader; environment: CrontabEnvironment; comment: string };

function readEntry({ number, text, ended }: CrontabLine, { reader, environment, comment }: Around): CrontabEntry {
  const entry = splitEntry(text, reader.isSystem);
  const debian = ended ? debianVerdict(text, entry, reader) : UNENDED;
  const cronie = ended ? cronieVerdict(text, entry, reader) : UNENDED;
  const run = debian.accepted ? debian : cronie;
  return {
    ...entry,
    line: number,
    name: nameFromComment(comment),
    command: run.accepted ? run.command : "",
    input: run.accepted ? run.input : null,
    environment,
    debian,
    cronie,
  };
}

// "@daily =" has no value for Debian's cron, so it runs a command "=".
const TAKEN_FOR_SETTING = { accepted: false as const, reason: "Cronie takes this line for a setting." };

const UNENDED = { accepted: false as const, reason: "There is no newline at the end of this last line." };
