import type { Dialect } from "../job.ts";
import { DIALECTS } from "./dialects.ts";

/** A cron expression in words. Throws a `ScheduleError`. */
export function describeCron(dialect: Dialect, expression: string): string {
  DIALECTS[dialect].grammar(expression);
  return expression;
}
