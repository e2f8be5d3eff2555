/** One line of an iCalendar file: `NAME;PARAMETER=x:value`. */
export type IcsLine = { name: string; parameters: ReadonlyMap<string, string>; value: string };

/** The lines of a file, those that are folded put together (RFC 5545, 3.1). What is no line is left out. */
export function icsLines(text: string): IcsLine[] {
  return text
    .replace(/^\uFEFF/, "")
    .replaceAll(/\r?\n[ \t]/g, "")
    .split(/\r?\n|\r/)
    .flatMap((line) => readLine(line) ?? []);
}

function readLine(line: string): IcsLine | null {
  const colon = findColon(line);
  if (colon === -1) return null;
  const [name = "", ...given] = line.slice(0, colon).split(";");
  const parameters = new Map<string, string>();
  for (const parameter of given) {
    const equals = parameter.indexOf("=");
    const value = parameter.slice(equals + 1).replaceAll('"', "");
    if (equals > 0) parameters.set(parameter.slice(0, equals).toUpperCase(), value);
  }
  return { name: name.trim().toUpperCase(), parameters, value: line.slice(colon + 1) };
}

/** The first one outside quotation marks. */
function findColon(line: string): number {
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    if (line[index] === '"') quoted = !quoted;
    if (line[index] === ":" && !quoted) return index;
  }
  return -1;
}

/** A text as it is meant: `\,`, `\;`, `\\` and `\n`. */
export function icsText(value: string): string {
  return value.replaceAll(/\\([\\,;nN])/g, (_, sign: string) => (sign.toLowerCase() === "n" ? " " : sign));
}
