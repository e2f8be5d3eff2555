import { CronExpressionParser } from "cron-parser";
import { compileSchedule } from "../../lib/domain/schedule.ts";

export type ScheduleFigures = { oursUs: number; cronParserUs: number; ratio: number };

const CALLS = 20_000;
const ROUNDS = 5;
const START = Date.UTC(2026, 0, 1);
const STEP = 7 * 3_600_000 + 1_234;

/** One `next()` of ours in a zone with daylight saving, beside cron-parser in UTC; medians of alternating rounds. */
export function benchSchedule(expression = "17 3 * * 1-5"): ScheduleFigures {
  const schedule = compileSchedule({ kind: "cron", dialect: "vixie", expression, timeZone: "Europe/Vienna" });
  const parsed = CronExpressionParser.parse(expression, { tz: "UTC" });
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS + 1; round++) {
    ours.push(measure((at) => schedule.next(at)));
    theirs.push(
      measure((at) => {
        parsed.reset(new Date(at));
        return parsed.next().getTime();
      }),
    );
  }
  const oursUs = median(ours.slice(1));
  const cronParserUs = median(theirs.slice(1));
  return { oursUs, cronParserUs, ratio: cronParserUs / oursUs };
}

/** Microseconds a call. */
function measure(next: (at: number) => number | null): number {
  const begun = performance.now();
  let sum = 0;
  for (let call = 0; call < CALLS; call++) sum += next(START + call * STEP) ?? 0;
  if (Number.isNaN(sum)) throw new Error("There is always a next one.");
  return ((performance.now() - begun) * 1_000) / CALLS;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
