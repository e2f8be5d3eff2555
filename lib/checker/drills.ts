import type pg from "pg";
import { DRILL_PATIENCE_MS, nextDrillAt } from "../domain/drill.ts";
import type { Instant, Millis } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import { inTransaction } from "../store/client.ts";
import {
  claimDueDrill,
  claimUncheckedDrill,
  findNextDrill,
  insertDrill,
  loadDrillResult,
  saveDrillSettings,
} from "../store/drills.ts";
import { insertNotice } from "../store/notices.ts";
import { createLoop, type Loop } from "./loop.ts";

export type DrillsDeps = {
  pool: pg.Pool;
  clock: { now(): Instant };
  log: Logger;
  /** Whether people can be reached by mail where there is no channel. */
  mailWorks: boolean;
};

/** Drills of one turn: a turn is short, as for every loop. */
const DRILLS_AT_ONCE = 50;
const BETWEEN_TURNS_MS: Millis = 250;

/** The loop that starts drills when they are due, and tells which channels they did not reach. */
export function createDrills(deps: DrillsDeps): Loop {
  const { clock, log } = deps;
  return createLoop({ name: "drills", turn: (signal) => drillDue(deps, signal), clock, log });
}

/** One turn. Several processes may take it at once: each drill is started and looked at once. @returns when the next is due. */
export async function drillDue(deps: DrillsDeps, signal: AbortSignal): Promise<Instant | null> {
  const { pool, clock } = deps;
  for (let done = 0; done < DRILLS_AT_ONCE; done += 1) {
    if (signal.aborted) return null;
    const [started, looked] = [await startOne(deps), await lookAtOne(deps)];
    if (!started && !looked) return findNextDrill(pool, DRILL_PATIENCE_MS);
  }
  return clock.now() + BETWEEN_TURNS_MS;
}

async function startOne({ pool, clock, mailWorks }: DrillsDeps): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const due = await claimDueDrill(client);
    if (due === null) return false;
    const { projectId, every, dueAt } = due;
    await insertDrill(client, { projectId, requestedBy: null, mailWorks });
    await saveDrillSettings(client, { projectId, every, nextAt: nextDrillAt(every, dueAt, clock.now()) });
    return true;
  });
}

async function lookAtOne({ pool, log, mailWorks }: DrillsDeps): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const drill = await claimUncheckedDrill(client, DRILL_PATIENCE_MS);
    if (drill === null) return false;
    const { id: drillId, projectId, startedAt } = drill;
    const { arrived, missing } = await loadDrillResult(client, drillId);
    if (missing.length === 0) return true;
    const to = await insertNotice(client, {
      ...{ projectId, mailWorks },
      facts: { notice: "drill", drillId, startedAt, arrived, missing },
      except: missing.flatMap(({ channelId }) => (channelId === "" ? [] : [channelId])),
    });
    log.warn({ drillId, missing: missing.length, to }, "A drill did not reach every channel");
    return true;
  });
}
