import type { CronPlan } from "../schedule/cron-plan.ts";
import { ScheduleError } from "../schedule/error.ts";

/** What is wrong with the time part of an entry, as a sentence; null for nothing. */
export type TimeCheck = (schedule: string) => string | null;

const LONGEST = 10_000;

/** Checks by a grammar, each text once: the lines of a crontab repeat each other. */
export function createTimeCheck(grammar: (expression: string) => CronPlan): TimeCheck {
  const known = new Map<string, string | null>();
  return (schedule) => {
    if (schedule.length > LONGEST) return `The schedule has more than ${LONGEST} characters.`;
    let complaint = known.get(schedule);
    if (complaint === undefined) {
      complaint = complaintOf(grammar, schedule);
      known.set(schedule, complaint);
    }
    return complaint;
  };
}

function complaintOf(grammar: (expression: string) => CronPlan, schedule: string): string | null {
  try {
    grammar(schedule);
    return null;
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}
