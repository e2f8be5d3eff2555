import { randomUUID } from "node:crypto";
import type pg from "pg";
import { GATHER_MS } from "../domain/alerting/pace.ts";
import { isSilence } from "../domain/alerting/pending.ts";
import { planAlerts } from "../domain/alerting/plan.ts";
import { nextReminder } from "../domain/alerting/reminder.ts";
import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import {
  findNextPlan,
  listProjectsToPlan,
  loadPendingAlerts,
  lockPlanning,
  type PendingAsked,
  putOffFirst,
} from "../store/alerting.ts";
import { loadAlertingContext } from "../store/alerting-context.ts";
import { savePlan } from "../store/alerting-plan.ts";
import { inTransaction } from "../store/client.ts";
import { isTransient } from "../store/failures.ts";
import { claimReminders, findNextReminder, insertReminders } from "../store/reminders.ts";
import { findNextUnstable } from "../store/unstable.ts";
import { createLoop, type Loop, type Sleep } from "./loop.ts";
import { noteUnstable, settleUnstable } from "./unstable.ts";

export type PlannerDeps = {
  pool: pg.Pool;
  clock: { now(): Instant };
  log: Logger;
  /** Whether people can be reached by mail where a project has no channel. */
  mailWorks: boolean;
  /** Kinds of channels whose receivers keep open what they were told of. */
  keepers: ReadonlySet<string>;
};

/** Alerts of one project that are planned together: an outage of all of its jobs is one. */
const ALERTS_AT_ONCE = 20_000;
/** Where something fails it is tried with so many times fewer. */
const NARROWING = 20;
/** Projects of one turn, unless it takes so long, and so many side by side: between two of them a stop is heard. */
const PROJECTS_A_TURN = 1_000;
const TURN_MS: Millis = 2 * SECOND;
const SIDE_BY_SIDE = 4;
/** Where something that was read changes before it is written all is read again, so often. */
const READINGS = 5;
/** The sweep judges as of a second ago: a job that was due before waits for its verdict. */
const JUDGED_AFTER_MS: Millis = 1 * SECOND;
/** What another process plans just now is looked at again after this. */
const PAUSE_MS: Millis = 100;
/** After a turn it rests for so many times as long as that took, at most so long. */
const REST_OF_TURN = 2;
const LONGEST_REST_MS: Millis = 250;
/** What could not be planned is tried again after this. */
const AFTER_FAILURE_MS: Millis = 15 * SECOND;

/** The loop that decides who hears of alerts. Wake it on `belfry_plan`. */
export function createPlanner({ pollMs, sleep, ...deps }: PlannerDeps & { pollMs?: Millis; sleep?: Sleep }): Loop {
  const { clock, log } = deps;
  let restedAt: Instant = -Infinity;
  const turn = async (signal: AbortSignal): Promise<Instant | null> => {
    const startedAt = clock.now();
    if (startedAt < restedAt) return restedAt;
    const next = await planDue(deps, signal);
    // In a storm it is woken for every batch of verdicts: it leaves them most of the processor.
    const endedAt = clock.now();
    restedAt = endedAt + Math.min(REST_OF_TURN * (endedAt - startedAt), LONGEST_REST_MS);
    return next;
  };
  return createLoop({ name: "plan", turn, clock, log, pollMs, sleep });
}

/**
 * One turn: reminds people of what stays open, and decides who hears of alerts, when, and in how many messages, one
 * project at a time. @returns when the next one is worth it; null: only when something changes.
 */
export async function planDue(deps: PlannerDeps, signal: AbortSignal): Promise<Instant | null> {
  const { pool, clock } = deps;
  await remind(pool, clock);
  await settleUnstable(pool, clock);
  const now = clock.now();
  const asked = { now, judgedUntil: now - JUDGED_AFTER_MS, gathersAfter: now - GATHER_MS, limit: PROJECTS_A_TURN };
  await planEach(deps, await listProjectsToPlan(pool, asked), signal);
  if (signal.aborted) return null;
  const next = [await findNextPlan(pool), await findNextReminder(pool), await findNextUnstable(pool)];
  const dueAt = Math.min(...next.filter((at) => at !== null));
  return dueAt === Infinity ? null : Math.max(dueAt, clock.now() + PAUSE_MS);
}

async function planEach(deps: PlannerDeps, projectIds: readonly string[], signal: AbortSignal): Promise<void> {
  const queue = projectIds.values();
  const until = deps.clock.now() + TURN_MS;
  const work = async (): Promise<void> => {
    for (const projectId of queue) {
      if (signal.aborted || deps.clock.now() > until) return;
      await planProject(deps, projectId);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, work));
  const failed = ended.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** What cannot be planned must not keep the rest of its project waiting: it is narrowed down and left alone for a while. */
async function planProject(deps: PlannerDeps, projectId: string): Promise<void> {
  const { pool, log } = deps;
  let [limit, readings] = [ALERTS_AT_ONCE, 1];
  for (;;) {
    try {
      await planSome(deps, { projectId, limit: Math.max(limit, 1), near: limit >= 1 });
      return;
    } catch (error) {
      if (isTransient(error)) {
        readings += 1;
        // It is due all the same, so the next turn has it.
        if (readings > READINGS) return;
      } else if (limit >= 1) {
        limit = Math.floor(limit / NARROWING);
      } else {
        const alertId = await putOffFirst(pool, projectId, AFTER_FAILURE_MS);
        log.error({ err: error, projectId, alertId }, "An alert could not be planned and is tried again");
        return;
      }
    }
  }
}

async function planSome({ pool, clock, mailWorks, keepers }: PlannerDeps, asked: PendingAsked): Promise<void> {
  const { projectId } = asked;
  await inTransaction(pool, async (client) => {
    if (!(await lockPlanning(client, projectId))) return;
    const alerts = await loadPendingAlerts(client, asked);
    if (alerts.length === 0) return;
    const now = clock.now();
    // Jobs that fall silent do so within seconds of each other: what is due by now belongs to it, judged or not.
    const judgedUntil = alerts.some(isSilence) ? now : now - JUDGED_AFTER_MS;
    const known = { projectId, alerts, judgedUntil, mailWorks, keepers };
    const context = await loadAlertingContext(client, known);
    const planning = await noteUnstable(client, { alerts, context }, now);
    await savePlan(client, projectId, planAlerts(planning.alerts, planning.context, { now, newId: randomUUID }));
  });
}

async function remind(pool: pg.Pool, clock: { now(): Instant }): Promise<void> {
  await inTransaction(pool, async (client) => {
    const due = await claimReminders(client);
    const now = clock.now();
    await insertReminders(
      client,
      due.map(({ incidentId, reminders, remindAfterMs }) => ({
        incidentId,
        nextAt: nextReminder(remindAfterMs, reminders + 1, now),
      })),
    );
  });
}
