export type ScheduleField = "schedule" | "timeZone";

/** What a person typed as a schedule cannot be one. The message is one sentence: what is wrong and what would be right. */
export class ScheduleError extends Error {
  /** The form field it is about. */
  readonly field: ScheduleField;

  constructor(field: ScheduleField, message: string) {
    super(message);
    this.name = "ScheduleError";
    this.field = field;
  }
}

const QUOTE_LIMIT = 40;

/** What was typed, fit to be shown inside a sentence: quoted, cut, without characters that do not print. */
export function quoted(text: string): string {
  const start = Array.from(text.slice(0, 2 * QUOTE_LIMIT))
    .slice(0, QUOTE_LIMIT)
    .join("");
  const cut = start.length < text.length ? `${start}…` : start;
  return `"${cut.replaceAll(/[\p{C}\p{Z}]/gu, (character) => (character === " " ? " " : "�"))}"`;
}
