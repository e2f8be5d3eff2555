import { randomUUID } from "node:crypto";
import type pg from "pg";
import { planAlerts } from "../domain/alerting/plan.ts";
import { nextReminder } from "../domain/alerting/reminder.ts";
import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import {
  findNextPlan,
  listProjectsToPlan,
  loadAlertingContext,
  loadPendingAlerts,
  lockPlanning,
  type PendingAsked,
  putOffFirst,
} from "../store/alerting.ts";
import { savePlan } from "../store/alerting-plan.ts";
import { inTransaction } from "../store/client.ts";
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
};

/** Alerts of one project that are planned together: an outage of all of its jobs is one. */
const ALERTS_AT_ONCE = 20_000;
/** Where something fails it is tried with so many times fewer. */
const NARROWING = 20;
/** Projects of one turn: between two of them a stop is heard. */
const PROJECTS_AT_ONCE = 50;
/** The sweep judges as of a second ago: what was due before waits for its verdict. */
const JUDGED_AFTER_MS: Millis = 1 * SECOND;
/** What another process plans just now is looked at again after this. */
const PAUSE_MS: Millis = 100;
/** What could not be planned is tried again after this. */
const AFTER_FAILURE_MS: Millis = 15 * SECOND;

/** The loop that decides who hears of alerts. Wake it on `belfry_plan`. */
export function createPlanner({ pollMs, sleep, ...deps }: PlannerDeps & { pollMs?: Millis; sleep?: Sleep }): Loop {
  const { clock, log } = deps;
  return createLoop({ name: "plan", turn: (signal) => planDue(deps, signal), clock, log, pollMs, sleep });
}

/**
 * One turn: reminds people of what stays open, and decides who hears of alerts, when, and in how many messages, one
 * project at a time. @returns when the next one is worth it; null: only when something changes.
 */
export async function planDue(deps: PlannerDeps, signal: AbortSignal): Promise<Instant | null> {
  const { pool, clock } = deps;
  await remind(pool, clock);
  await settleUnstable(pool, clock);
  for (const projectId of await listProjectsToPlan(pool, PROJECTS_AT_ONCE)) {
    if (signal.aborted) return null;
    await planProject(deps, projectId);
  }
  const next = [await findNextPlan(pool), await findNextReminder(pool), await findNextUnstable(pool)];
  const dueAt = Math.min(...next.filter((at) => at !== null));
  return dueAt === Infinity ? null : Math.max(dueAt, clock.now() + PAUSE_MS);
}

/** What cannot be planned must not keep the rest of its project waiting: it is narrowed down and left alone for a while. */
async function planProject(deps: PlannerDeps, projectId: string): Promise<void> {
  const { pool, log } = deps;
  for (let limit = ALERTS_AT_ONCE; ; limit = Math.floor(limit / NARROWING)) {
    try {
      await planSome(deps, { projectId, limit: Math.max(limit, 1), near: limit >= 1 });
      return;
    } catch (error) {
      if (limit >= 1) continue;
      const alertId = await putOffFirst(pool, projectId, AFTER_FAILURE_MS);
      log.error({ err: error, projectId, alertId }, "An alert could not be planned and is tried again");
      return;
    }
  }
}

async function planSome({ pool, clock, mailWorks }: PlannerDeps, asked: PendingAsked): Promise<void> {
  const { projectId } = asked;
  await inTransaction(pool, async (client) => {
    if (!(await lockPlanning(client, projectId))) return;
    const alerts = await loadPendingAlerts(client, asked);
    if (alerts.length === 0) return;
    const now = clock.now();
    const known = { projectId, alerts, judgedUntil: now - JUDGED_AFTER_MS, mailWorks };
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
