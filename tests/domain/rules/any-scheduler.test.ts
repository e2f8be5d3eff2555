import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NamedDialect } from "../../../lib/domain/job.ts";
import { guessDialect } from "../../../lib/domain/schedule/guess.ts";
import { compileSchedule } from "../../../lib/domain/schedule.ts";
import { DAY, HOUR, type Instant, MINUTE, SECOND } from "../../../lib/domain/time.ts";
import { type ClockChange, clockChangeArbitrary, expressionArbitrary, unsure } from "../../support/clock-changes.ts";
import { useMeasuredZones } from "../../support/measured.ts";
import { Scenario } from "../../support/scenario.ts";
import { LONG } from "../../support/size.ts";

const RUNS = LONG ? 2_000 : 60;
const MOST_RUNS = 250;

/** A job with an expression that one scheduler of several runs, around a change of the clock. */
type Life = { expression: string; change: ClockChange; member: NamedDialect; delayMs: number; withStart: boolean };

const lifeArbitrary: fc.Arbitrary<Life> = fc
  .record({
    expression: expressionArbitrary,
    change: clockChangeArbitrary,
    delayMs: fc.integer({ min: 0, max: 4 * SECOND }),
    withStart: fc.boolean(),
    pick: fc.nat(),
  })
  .map(({ pick, ...life }) => {
    const { family } = guessDialect(life.expression);
    return { ...life, member: family[pick % family.length] ?? "vixie" };
  });

/** When the scheduler runs it: from some runs before the change to some after, without a hole. */
function runTimes({ expression, change, member }: Life): Instant[] {
  const schedule = compileSchedule({ kind: "cron", dialect: member, expression, timeZone: change.zone });
  const twoDays = schedule.between(change.at - 2 * DAY, change.at, MOST_RUNS);
  const from = twoDays.length < MOST_RUNS ? change.at - 2 * DAY : change.before + 4 * HOUR;
  return schedule.between(from, change.after + DAY, twoDays.length < MOST_RUNS ? MOST_RUNS : 4 * MOST_RUNS);
}

/** The job under the rules, which know the expression and not who runs it; every run says so at once. */
function live(life: Life): { job: Scenario; last: Instant } | null {
  const times = runTimes(life);
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return null;
  const job = new Scenario(unsure(life.expression, life.change.zone), {}, { since: first - MINUTE });
  for (const time of times) {
    const runId = String(time);
    if (life.withStart) job.ping("start", time + life.delayMs, { runId });
    job.ping("success", time + life.delayMs + (life.withStart ? 500 : 0), { runId });
  }
  return { job, last };
}

describe("a job that any scheduler of the family runs", () => {
  it("never gets a bad verdict while it keeps its times", () => {
    useMeasuredZones();
    fc.assert(
      fc.property(lifeArbitrary, (life) => {
        const lived = live(life);
        fc.pre(lived !== null);
        const bad = lived?.job.runs().filter(({ outcome }) => !["ok", "skipped"].includes(outcome));
        expect(bad).toEqual([]);
        expect(lived?.job.told()).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("is found when it stops", () => {
    useMeasuredZones();
    fc.assert(
      fc.property(lifeArbitrary, (life) => {
        const lived = live(life);
        const { required } = compileSchedule(unsure(life.expression, life.change.zone));
        const next = required.next(lived?.last ?? 0);
        const second = next === null ? null : required.next(next);
        fc.pre(lived !== null && second !== null);
        lived?.job.sweep((second ?? 0) + HOUR + MINUTE);
        expect(lived?.job.told()).toEqual(["opened missed"]);
      }),
      { numRuns: RUNS },
    );
  });
});
