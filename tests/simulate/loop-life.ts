import { type Instant, type Millis, MINUTE, SECOND } from "../../lib/domain/time.ts";
import type { Drive, Member } from "./fleet.ts";
import { CLOSE_CALL } from "./habits.ts";
import { countIn, drawEnding, drawReboots, type Execution, killBy, type Life } from "./life.ts";
import type { Random } from "./random.ts";
import { includes, type Span } from "./span.ts";

const CAREFUL_RUNS = 3;

/** What happens to a job that runs in a loop of its own: again and again, some time after the run before. */
export function liveInALoop(member: Member, drive: Drive & { kind: "loop" }, span: Span, random: Random): Life {
  const { everyMs } = drive;
  const graceMs = member.job.limits.graceMs ?? 0;
  const calm = { from: span.from + (CAREFUL_RUNS + 2) * everyMs, to: span.to };
  const reboots = drawReboots(random, member.habits.reboots, calm);
  const stops = Array.from({ length: countIn(random, member.habits.deadSpells, span) }, () =>
    random.between(calm.from, span.to),
  );
  const executions: Execution[] = [];
  let startAt = span.from + random.between(MINUTE, everyMs);
  while (startAt < span.to) {
    const healthy = executions.length < CAREFUL_RUNS;
    const share = (startAt - span.from) / (span.to - span.from);
    const drawn = drawEnding(random, member, { startAt, share, healthy, latestEnd: startAt + everyMs / 2 });
    const run: Execution = { slot: null, host: 0, startAt, ...killBy(reboots, startAt, drawn) };
    executions.push(run);
    const usual =
      startAt + (drive.sleepsAfterRuns ? Math.max(0, run.goneAt - startAt) : 0) + everyMs + random.next() * SECOND;
    const sign = member.client.sendsStarts
      ? startAt
      : (executions.findLast(({ endAt }) => endAt !== null)?.endAt ?? startAt);
    const pause: Pause = { sign, everyMs, graceMs, random };
    const stopped = run.endAt === null || stops.some((stop) => startAt <= stop && stop < usual);
    const next = stopped ? afterMisses(pause) : usual;
    const reboot = reboots.find(({ from }) => startAt < from && from < next);
    startAt = reboot === undefined ? next : afterReboot(pause, reboot);
  }
  return { executions, leftOut: new Set(), reboots };
}

/** The loop was silent since `sign`. */
type Pause = { sign: Instant; everyMs: Millis; graceMs: Millis; random: Random };

/** Somebody starts the loop again some time after slots were missed. */
function afterMisses({ sign, everyMs, graceMs, random }: Pause): Instant {
  const late = random.between(graceMs + 2 * CLOSE_CALL, everyMs - CLOSE_CALL);
  return sign + random.whole(1, 4) * everyMs + Math.max(late, graceMs + 2 * CLOSE_CALL);
}

/** The machine starts the loop at once. */
function afterReboot({ sign, everyMs, graceMs, random }: Pause, reboot: Span): Instant {
  const startAt = reboot.to + random.between(3, 30) * SECOND;
  const missed = Math.max(1, Math.round((startAt - sign - graceMs) / everyMs));
  const limit = sign + missed * everyMs + graceMs;
  // Where the sign is the end of the run, it comes up to a third of the grace later.
  const closeCall = startAt > limit - CLOSE_CALL - graceMs / 3 && startAt < limit + CLOSE_CALL;
  return closeCall ? limit + CLOSE_CALL + SECOND : startAt;
}

/** What happens to a job that runs when something happens. */
export function liveByEvents(member: Member, drive: Drive & { kind: "events" }, span: Span, random: Random): Life {
  const reboots = drawReboots(random, member.habits.reboots, span);
  const executions: Execution[] = [];
  let startAt = span.from + random.between(0, drive.meanMs);
  while (startAt < span.to) {
    const down = reboots.find((reboot) => includes(reboot, startAt));
    startAt = down?.to ?? startAt;
    const share = (startAt - span.from) / (span.to - span.from);
    const drawn = drawEnding(random, member, {
      startAt,
      share,
      healthy: executions.length < CAREFUL_RUNS,
      latestEnd: Infinity,
    });
    const run: Execution = { slot: null, host: 0, startAt, ...killBy(reboots, startAt, drawn) };
    executions.push(run);
    startAt = (run.endAt ?? startAt) + 2 * MINUTE - drive.meanMs * Math.log(1 - random.next());
  }
  return { executions, leftOut: new Set(), reboots };
}
