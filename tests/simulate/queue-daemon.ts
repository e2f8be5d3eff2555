import { CronExpressionParser } from "cron-parser";
import { DAY, MINUTE } from "../../lib/domain/time.ts";
import { type Daemon, followTheClock, type Watch } from "./daemons.ts";
import { writeFiveFields } from "./expressions.ts";

/** Far from a change of the clock, nothing is peculiar. */
const NEAR = 2 * DAY;

/**
 * A queue that has its times from cron-parser, each from the one before. What that does near changes of the clock is no
 * rule, so it is asked itself.
 */
export const askTheLibrary: Daemon = (watch) => {
  const { from, changes } = watch;
  let fires = followTheClock(watch);
  for (const change of changes) {
    const first = (change - NEAR - from) / MINUTE;
    const last = (change + NEAR - from) / MINUTE;
    const before = fires.filter((minute) => minute < first);
    const asked = ask(watch, before.at(-1) ?? first, last);
    fires = [...before, ...asked, ...fires.filter((minute) => minute > Math.max(last, asked.at(-1) ?? 0))];
  }
  return fires;
};

/** The minutes that the library names after one of its own, until the first beyond `last`. The queue asks anew each time. */
function ask({ times, zone, from, local }: Watch, after: number, last: number): number[] {
  const text = writeFiveFields(times);
  const minutes: number[] = [];
  for (let minute = after; minute <= last; minutes.push(minute)) {
    const currentDate = new Date(from + minute * MINUTE);
    const next = CronExpressionParser.parse(text, { tz: zone, currentDate }).next();
    minute = Math.round((next.getTime() - from) / MINUTE);
  }
  return minutes.filter((minute) => minute < local.length);
}
