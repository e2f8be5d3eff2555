import { type FieldSyntax, MONTH_NAMES, WEEKDAY_NAMES } from "./field-reader.ts";

type UsualField = "second" | "minute" | "hour" | "day" | "month" | "weekday";

type Habits = Pick<FieldSyntax, "scheduler" | "reversed" | "question" | "stepFromValue">;

/** The fields as most schedulers have them, with weekdays from 0 to 7, both of which are Sunday. */
export function usualFields(habits: Habits): Record<UsualField, FieldSyntax> {
  const numbers = { ...habits, names: [] };
  return {
    second: { ...numbers, name: "second", low: 0, high: 59, example: "something like 0, */10 or 15,45" },
    minute: { ...numbers, name: "minute", low: 0, high: 59, example: "something like 0, */5 or 10,40" },
    hour: { ...numbers, name: "hour", low: 0, high: 23, example: "something like 2, */4 or 9-17" },
    day: { ...numbers, name: "day", low: 1, high: 31, example: "something like 1, 1-7 or L" },
    month: { ...habits, name: "month", low: 1, high: 12, names: MONTH_NAMES, example: "something like 1, JAN or 6-8" },
    weekday: {
      ...habits,
      name: "weekday",
      low: 0,
      high: 7,
      names: WEEKDAY_NAMES,
      example: "something like MON, MON-FRI or MON#2",
    },
  };
}
