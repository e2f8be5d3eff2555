import { quoted, ScheduleError } from "./error.ts";

export type FiveFields = readonly [minute: string, hour: string, day: string, month: string, weekday: string];

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
  const start = `This has ${count} fields, but Belfry reads five-field cron (${FIELDS})`;
  return new ScheduleError("schedule", `${start}; ${adviceFor(fields, readable)}.`);
}

function adviceFor(fields: readonly string[], readable: (text: string) => boolean): string {
  const [first = ""] = fields;
  const last = fields.at(-1) ?? "";
  const firstFive = fields.slice(0, 5).join(" ");
  const withoutFirst = fields.slice(1, 6).join(" ");
  if (fields.length === 6 && /^\d+$/.test(first) && readable(withoutFirst)) {
    return `leave out the first, the seconds: ${quoted(withoutFirst)}`;
  }
  const everySeconds = /^\*\/(\d{1,2})$/.exec(first);
  if (fields.length === 6 && everySeconds !== null && withoutFirst === "* * * * *") {
    return `for a job that runs every ${everySeconds[1]} seconds write "every ${everySeconds[1]}s"`;
  }
  if (fields.length === 6 && /^(\d{4}([-,/].*)?|\*)$/.test(last) && readable(firstFive)) {
    return `leave out the last, the year: ${quoted(firstFive)}`;
  }
  if (/[a-z/]{4}/i.test(fields.slice(5).join(" ")) && readable(firstFive)) {
    return `leave out the command after the fifth: ${quoted(firstFive)}`;
  }
  return "leave out the first if it is the seconds, or the last if it is a year";
}
