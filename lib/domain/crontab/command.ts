/** A command as a daemon runs it. */
export type CrontabCommand = {
  command: string;
  /** What the command finds on its standard input; null for nothing. */
  input: string | null;
};

/**
 * Takes the command of a line apart: the first `%` ends it, what follows is standard input in which each further `%` is a
 * new line. `\%` is a plain `%`; Debian's cron also makes `\` of `\\` in the command.
 */
export function splitCommand(text: string, { joinsBackslashes }: { joinsBackslashes: boolean }): CrontabCommand {
  let command = "";
  let index = 0;
  for (; index < text.length && text[index] !== "%"; index++) {
    const character = text.charAt(index);
    const next = text[index + 1];
    if (character !== "\\" || next === undefined) {
      command += character;
      continue;
    }
    index++;
    command += next === "%" || (next === "\\" && joinsBackslashes) ? next : character + next;
  }
  const input = text.slice(index + 1);
  return { command: command.trimStart(), input: input === "" ? null : inputOf(input) };
}

function inputOf(text: string): string {
  const lines = text.replaceAll(/\\%|%/g, (sign) => (sign === "%" ? "\n" : "%"));
  return lines.endsWith("\n") ? lines : `${lines}\n`;
}
