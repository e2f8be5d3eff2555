import { CronExpressionParser } from "cron-parser";
import type { Dialect } from "../../lib/domain/job.ts";
import { DIALECT_NAMES } from "../../lib/domain/schedule/dialect-names.ts";
import { compileSchedule } from "../../lib/domain/schedule.ts";
import { HOUR } from "../../lib/domain/time.ts";
import { installZones } from "../../lib/zones/source.ts";

export type ScheduleFigures = {
  dialect: Dialect;
  expression: string;
  oursUs: number;
  cronParserUs: number;
  /** How many times as long cron-parser takes. */
  ratio: number;
};

/** A zone with daylight saving. */
export const TIME_ZONE = "Europe/Vienna";

/** The same times for all: at 03:17 from Monday to Friday. */
const COMMON = "17 3 * * 1-5";
const OTHER_WORDS: Readonly<Partial<Record<Dialect, string>>> = {
  spring: "0 17 3 * * MON-FRI",
  quartz: "0 17 3 ? * MON-FRI",
  eventbridge: "cron(17 3 ? * MON-FRI *)",
  systemd: "Mon..Fri 03:17",
};
const FREQUENT = "*/5 * * * *";
const RARE = ["0 0 13 * 5", "0 0 1 1 *", "0 0 29 2 *"];

type Case = { dialect: Dialect; expression: string; cron: string };

const CASES: readonly Case[] = [
  ...[...DIALECT_NAMES, "auto" as const].map((dialect) => {
    return { dialect, expression: OTHER_WORDS[dialect] ?? COMMON, cron: COMMON };
  }),
  ...[FREQUENT, ...RARE].map((cron) => ({ dialect: "vixie" as const, expression: cron, cron })),
];

/** One `next()` of each dialect, and of frequent and rare times, beside cron-parser in UTC. */
export function benchSchedule(): ScheduleFigures[] {
  installZones();
  return CASES.map(compare);
}

const ROUNDS = 5;

/** Medians of alternating rounds; the first warms up. Processor time: other work beside it spoils it less. */
function compare({ dialect, expression, cron }: Case): ScheduleFigures {
  const schedule = compileSchedule({ kind: "cron", dialect, expression, timeZone: TIME_ZONE });
  const parsed = CronExpressionParser.parse(cron, { tz: "UTC" });
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
  return { dialect, expression, oursUs, cronParserUs, ratio: cronParserUs / oursUs };
}

const START = Date.UTC(2026, 0, 1);
const STEP = 7 * HOUR + 1_234;
const MOMENTS = 2_000;
const ROUND_US = 30_000;

/** Microseconds of processor a call, asked at moments over a year and a half. */
function measure(next: (at: number) => number | null): number {
  const begun = process.cpuUsage();
  let calls = 0;
  let sum = 0;
  let tookUs = 0;
  while (tookUs < ROUND_US) {
    for (const end = calls + 10; calls < end; calls++) sum += next(START + (calls % MOMENTS) * STEP) ?? 0;
    const { user, system } = process.cpuUsage(begun);
    tookUs = user + system;
  }
  if (Number.isNaN(sum)) throw new Error("There is always a next one.");
  return tookUs / calls;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
