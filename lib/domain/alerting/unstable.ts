import type { ScheduleSpec } from "../job.ts";
import { compileSchedule, ScheduleError } from "../schedule.ts";
import { DAY, HOUR, type Instant, MINUTE, type Millis } from "../time.ts";
import { HOLD_RULES } from "./holds.ts";
import type { AlertingContext, PendingAlert } from "./pending.ts";

// A job that fails and recovers again and again is told once; after that only what stays down is, until it is calm.

/** So many openings within the window make a job unstable. */
export const UNSTABLE_OPENINGS = 4;

const INTERVALS = 10;
const SHORTEST_WINDOW_MS: Millis = HOUR;
const LONGEST_WINDOW_MS: Millis = DAY;
const LEAST_LOOK_MS: Millis = MINUTE;

/** How far back openings of a job count: ten of its intervals, an hour at least and a day at most. */
export function unstableWindow(spec: ScheduleSpec, now: Instant): Millis {
  return Math.min(Math.max(INTERVALS * intervalOf(spec, now), SHORTEST_WINDOW_MS), LONGEST_WINDOW_MS);
}

/** As it is from now on. 0 where there is none, or it cannot be read. */
function intervalOf(spec: ScheduleSpec, now: Instant): Millis {
  if (spec.kind === "interval") return spec.everyMs;
  try {
    const { required } = compileSchedule(spec);
    const first = required.next(now);
    const second = first === null ? null : required.next(first);
    return first === null || second === null ? 0 : second - first;
  } catch (error) {
    if (error instanceof ScheduleError) return 0;
    throw error;
  }
}

/** Critical incidents of a job within the last day, as far as they were real ones. */
export type Openings = {
  windowMs: Millis;
  openings: readonly { incidentId: string; openedAt: Instant; told: boolean }[];
};

/** An alarm in whose place people are told that the job is unstable. */
export type NewlyUnstable = {
  alarm: PendingAlert;
  since: Instant;
  openings: number;
  windowMs: Millis;
  checkAt: Instant;
};

/**
 * Jobs that have become unstable: with one of these alarms, which may be told now, they opened often enough within their
 * window. Only openings that people heard of count: what was held back bothered nobody.
 */
export function findUnstable(
  alerts: readonly PendingAlert[],
  history: ReadonlyMap<string, Openings>,
  { context, now }: { context: AlertingContext; now: Instant },
): NewlyUnstable[] {
  const found = new Map<string, NewlyUnstable>();
  const alarms = new Set(alerts.filter((alert) => isTold(alert, context, now)).map(({ incident }) => incident.id));
  for (const alarm of alerts) {
    const { job, incident } = alarm;
    const known = history.get(job.id);
    if (known === undefined || alarm.event !== "opened" || !alarms.has(incident.id) || found.has(job.id)) continue;
    const { windowMs } = known;
    const near = known.openings
      .filter(({ incidentId, told }) => told || alarms.has(incidentId))
      .map(({ openedAt }) => openedAt)
      .filter((at) => at > incident.openedAt - windowMs && at <= incident.openedAt);
    if (near.length < UNSTABLE_OPENINGS) continue;
    const since = Math.min(...near);
    found.set(job.id, { alarm, since, openings: near.length, windowMs, checkAt: now + windowMs / 2 });
  }
  return [...found.values()];
}

function isTold(alert: PendingAlert, context: AlertingContext, now: Instant): boolean {
  if (alert.event !== "opened" || alert.severity !== "critical" || context.unstable.has(alert.job.id)) return false;
  return HOLD_RULES.every((rule) => rule(alert, context, now) === null);
}

/** What a job that was called unstable has done since. */
export type UnstableLook = {
  windowMs: Millis;
  paused: boolean;
  down: boolean;
  /** When its latest critical incident opened, or ended. */
  lastTroubleAt: Instant;
};

/** `stable`: people hear of it. `forgotten`: nobody needs to. Else when to look again. */
export type UnstableEnd = { kind: "stable" | "forgotten" } | { kind: "unstable"; checkAt: Instant };

/** It is stable again when half a window has gone by without trouble. */
export function lookAgain({ windowMs, paused, down, lastTroubleAt }: UnstableLook, now: Instant): UnstableEnd {
  if (paused) return { kind: "forgotten" };
  if (down) return { kind: "unstable", checkAt: now + Math.max(LEAST_LOOK_MS, windowMs / 10) };
  const calmAt = lastTroubleAt + windowMs / 2;
  return calmAt <= now ? { kind: "stable" } : { kind: "unstable", checkAt: calmAt };
}
