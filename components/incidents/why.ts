import { exitCodeMeaning } from "../../lib/domain/exit-code.ts";
import { visibleText } from "../base/visible-text.ts";

/** What tells one incident from others: its title in general, and what the run that opened it said. */
export type WhyView = { title: string; cause: string; exitCode: number | null; host: string | null };

/** `Exit 127 (command not found) on db-03`: what happened; the cause stands beside it already. */
export function whyOf({ title, cause, exitCode, host }: WhyView): string {
  const what =
    cause === "failed" && exitCode !== null && exitCode !== 0 ? exitWords(exitCode) : title.replace(/^[^:]*: /, "");
  const why = host === null ? what : `${what} on ${visibleText(host)}`;
  return why.charAt(0).toUpperCase() + why.slice(1);
}

function exitWords(exitCode: number): string {
  const meaning = exitCodeMeaning(exitCode);
  return `exit ${exitCode}${meaning === null ? "" : ` (${meaning})`}`;
}
