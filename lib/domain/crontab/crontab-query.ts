import { type JsonObject, JsonLineError, parseJsonLine, textIn } from "../json-line.ts";
import { parseCrontab } from "./crontab.ts";
import type { CrontabKind } from "./crontab-file.ts";
import type { EntryVerdict } from "./entry.ts";

/** Which commands of a crontab each daemon loads, in the order of the file. */
export type CrontabAnswer =
  | { debian: { accepted: boolean; commands: string[] }; cronie: { commands: string[] } }
  | { error: string };

/** Answers a line of JSON: `{"kind": "user", "text": "0 2 * * * backup\n"}`. Never throws. */
export function answerCrontabQuery(line: string): CrontabAnswer {
  try {
    const query = parseJsonLine(line, '{"kind": "user", "text": "0 2 * * * backup\\n"}');
    const { entries, debian } = parseCrontab(textIn(query, "text"), kindOf(query));
    return {
      debian: {
        accepted: debian.accepted,
        commands: debian.accepted ? commandsOf(entries.map((entry) => entry.debian)) : [],
      },
      cronie: { commands: commandsOf(entries.map((entry) => entry.cronie)) },
    };
  } catch (error) {
    if (error instanceof JsonLineError) return { error: error.message };
    throw error;
  }
}

function kindOf(query: JsonObject): CrontabKind {
  const kind = textIn(query, "kind");
  if (kind === "user" || kind === "system") return kind;
  throw new JsonLineError('"kind" is neither "user" nor "system".');
}

function commandsOf(verdicts: readonly EntryVerdict[]): string[] {
  return verdicts.flatMap((verdict) => (verdict.accepted ? [listed(verdict.loaded)] : []));
}

const LONGEST_LISTED = 200;

/** A long command is listed by its length, and one from a file of Windows without the carriage return at its end. */
function listed(command: string): string {
  const text = command.replace(/\r$/, "");
  return text.length > LONGEST_LISTED ? `<${text.length} chars>` : text;
}
