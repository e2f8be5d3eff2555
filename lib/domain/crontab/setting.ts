/** A line `NAME=value` of a crontab, and whether each daemon takes it for one. */
export type CrontabSetting = {
  name: string;
  value: string;
  /** Debian's cron does not take a line without a value for a setting; cronie does. */
  inDebian: boolean;
};

// Debian's cron looks at the first 998 characters of a line only.
const LONGEST_IN_DEBIAN = 998;

/**
 * Reads a line, without blanks before it, as `NAME=value`: the name in quotes or without blanks, the value in one pair of
 * quotes or up to the last character that is no blank. Null where it is something else.
 */
export function readSetting(line: string): CrontabSetting | null {
  const setting = readWhole(line);
  if (setting === null) return null;
  const seen = line.length > LONGEST_IN_DEBIAN ? readWhole(line.slice(0, LONGEST_IN_DEBIAN)) : setting;
  const inDebian = seen !== null && (seen.value !== "" || seen.quoted);
  return { name: setting.name, value: setting.value, inDebian };
}

type Whole = { name: string; value: string; quoted: boolean };

function readWhole(line: string): Whole | null {
  const name = readName(line);
  if (name === null) return null;
  const equals = skipBlanks(line, name.end);
  if (line[equals] !== "=") return null;
  const value = readValue(line, skipBlanks(line, equals + 1));
  return value === null ? null : { name: name.text, ...value };
}

function readName(line: string): { text: string; end: number } | null {
  const quote = quoteAt(line, 0);
  if (quote === null) {
    const end = line.search(/[= \t\r\v\f]/);
    return end < 0 ? null : { text: line.slice(0, end), end };
  }
  const end = line.indexOf(quote, 1);
  const text = line.slice(1, end);
  return end < 0 || text.includes("=") ? null : { text, end: end + 1 };
}

function readValue(line: string, start: number): { value: string; quoted: boolean } | null {
  const quote = quoteAt(line, start);
  if (quote === null) return { value: line.slice(start, endWithoutBlanks(line, start)), quoted: false };
  const end = line.indexOf(quote, start + 1);
  if (end < 0 || skipBlanks(line, end + 1) < line.length) return null;
  return { value: line.slice(start + 1, end), quoted: true };
}

function quoteAt(line: string, index: number): string | null {
  const character = line[index];
  return character === '"' || character === "'" ? character : null;
}

// What C takes for a space.
function isBlank(character: string | undefined): boolean {
  return character !== undefined && " \t\r\v\f".includes(character);
}

function skipBlanks(line: string, from: number): number {
  let index = from;
  while (isBlank(line[index])) index++;
  return index;
}

function endWithoutBlanks(line: string, start: number): number {
  let end = line.length;
  while (end > start && isBlank(line[end - 1])) end--;
  return end;
}
