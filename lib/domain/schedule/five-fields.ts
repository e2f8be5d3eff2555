import { quoted, ScheduleError } from "./error.ts";

export type FiveFields = readonly [minute: string, hour: string, day: string, month: string, weekday: string];

// A word of two letters that is no weekday, or a path.
const COMMAND = /^(?!sun|mon|tue|wed|thu|fri|sat)(?:[a-z./]{2}|.*[a-z/]{4})/i;

/** Whether what follows five fields looks like the command in a line of a crontab. */
export function isCommand(rest: string): boolean {
  return COMMAND.test(rest);
}

const FIELDS = "minute hour day month weekday";

/**
 * The five fields of an expression; blanks and tabs separate them. Any other number of fields is an error that says
 * what to do, for which `readable` tells whether a text of five fields would do.
 */
export function splitFields(text: string, readable: (text: string) => boolean): FiveFields {
  const fields = text.split(/[ \t]+/).filter((field) => field !== "");
  const [minute, hour, day, month, weekday] = fields;
  if (minute === undefined) {
    throw new ScheduleError("schedule", `The schedule is empty; write five fields (${FIELDS}), such as "0 2 * * *".`);
  }
  if (hour === undefined || day === undefined || month === undefined || weekday === undefined) {
    const count = fields.length === 1 ? "only one field" : `only ${fields.length} fields`;
    throw new ScheduleError(
      "schedule",
      `${quoted(text)} has ${count}; cron needs five (${FIELDS}), such as "0 2 * * *".`,
    );
  }
  if (fields.length > 5) throw tooMany(fields, readable);
  return [minute, hour, day, month, weekday];
}

function tooMany(fields: readonly string[], readable: (text: string) => boolean): ScheduleError {
  const count = fields.length > 9 ? "more than nine" : String(fields.length);
  const start = `This has ${count} fields, but cron has five (${FIELDS})`;
  return new ScheduleError("schedule", `${start}; ${adviceFor(fields, readable)}.`);
}

function adviceFor(fields: readonly string[], readable: (text: string) => boolean): string {
  const firstFive = fields.slice(0, 5).join(" ");
  const lastFive = fields.slice(1, 6).join(" ");
  const [first = "", , , , , sixth = ""] = fields;
  if (isCommand(fields.slice(5).join(" ")) && readable(firstFive)) {
    return `leave out the command after the fifth: ${quoted(firstFive)}`;
  }
  const seconds = /^\*\/(\d{1,2})$/.exec(first)?.[1];
  if (seconds !== undefined && lastFive === "* * * * *") {
    return `for a job that runs every ${seconds} seconds write "every ${seconds}s"`;
  }
  if (/^\d{4}\b/.test(sixth) && readable(firstFive)) return `leave out the last, the year: ${quoted(firstFive)}`;
  const isTime = fields.length === 6 && /^\d+$/.test(first);
  if (isTime && sixth !== "*" && readable(lastFive)) return `leave out the first, the seconds: ${quoted(lastFive)}`;
  if (isTime && readable(lastFive) && readable(firstFive)) {
    return `leave out the first if it is the seconds (${quoted(lastFive)}), else the last (${quoted(firstFive)})`;
  }
  return "leave out the first if it is the seconds, or the last if it is a year";
}
