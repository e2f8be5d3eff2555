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
  putOffPlanning,
} from "../store/alerting.ts";
import { savePlan } from "../store/alerting-plan.ts";
import { inTransaction } from "../store/client.ts";
import { claimReminders, findNextReminder, insertReminders } from "../store/reminders.ts";
import { createLoop, type Loop, type Sleep } from "./loop.ts";

export type PlannerDeps = {
  pool: pg.Pool;
  clock: { now(): Instant };
  log: Logger;
  /** Whether people can be reached by mail where a project has no channel. */
  mailWorks: boolean;
};

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
  const { pool, clock, log } = deps;
  await remind(pool, clock);
  for (const projectId of await listProjectsToPlan(pool, PROJECTS_AT_ONCE)) {
    if (signal.aborted) return null;
    try {
      await planProject(deps, projectId);
    } catch (error) {
      // One project whose alerts cannot be planned must not keep the others waiting.
      log.error({ err: error, projectId }, "The alerts of a project could not be planned and are tried again");
      await putOffPlanning(pool, projectId, AFTER_FAILURE_MS);
    }
  }
  const dueAt = earliest(await findNextPlan(pool), await findNextReminder(pool));
  return dueAt === null ? null : Math.max(dueAt, clock.now() + PAUSE_MS);
}

async function planProject({ pool, clock, mailWorks }: PlannerDeps, projectId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    if (!(await lockPlanning(client, projectId))) return;
    const alerts = await loadPendingAlerts(client, projectId);
    if (alerts.length === 0) return;
    const now = clock.now();
    const asked = { projectId, alerts, judgedUntil: now - JUDGED_AFTER_MS, mailWorks };
    const context = await loadAlertingContext(client, asked);
    await savePlan(client, projectId, planAlerts(alerts, context, { now, newId: randomUUID }));
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

function earliest(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
