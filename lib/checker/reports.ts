import type pg from "pg";
import type { Channels } from "../delivery/kinds.ts";
import { nextReportAt, spanBefore } from "../domain/reports/report-period.ts";
import { MINUTE, type Instant, type Millis } from "../domain/time.ts";
import { findZone, getZone } from "../domain/zone.ts";
import type { Logger } from "../log.ts";
import { inTransaction } from "../store/client.ts";
import { loadReport } from "../store/report.ts";
import {
  claimDueReport,
  type DueReport,
  findNextReport,
  putOffReport,
  queueReport,
} from "../store/report-subscriptions.ts";
import { createLoop, type Loop } from "./loop.ts";

export type ReportsDeps = {
  pool: pg.Pool;
  clock: { now(): Instant };
  log: Logger;
  channels: Pick<Channels, "list" | "mailWorks">;
};

/** Reports of one turn: a turn is short, as for every loop. */
const REPORTS_AT_ONCE = 20;
const BETWEEN_TURNS_MS: Millis = 250;
/** One that could not be made is tried again after this. */
const AFTER_FAILURE_MS: Millis = 15 * MINUTE;

/** The loop that makes people's reports when they are due. */
export function createReports(deps: ReportsDeps): Loop {
  const { clock, log } = deps;
  return createLoop({ name: "reports", turn: (signal) => reportDue(deps, signal), clock, log });
}

/**
 * Makes the reports that are due, each once whatever the number of processes: it is in the outbox with the commit that
 * says when the next one is due. After a time without us there is one for the last whole period, not one for each.
 * @returns when the next is due; null: none is, or there is no mail.
 */
export async function reportDue(deps: ReportsDeps, signal: AbortSignal): Promise<Instant | null> {
  const { pool, clock, channels } = deps;
  if (!channels.mailWorks) return null;
  for (let made = 0; made < REPORTS_AT_ONCE; made += 1) {
    if (signal.aborted || !(await makeOne(deps))) return findNextReport(pool);
  }
  return clock.now() + BETWEEN_TURNS_MS;
}

/** False: none is due. */
async function makeOne({ pool, clock, log, channels }: ReportsDeps): Promise<boolean> {
  const claim: { due: DueReport | null } = { due: null };
  try {
    await inTransaction(pool, async (client) => {
      claim.due = await claimDueReport(client);
      if (claim.due !== null) await make(client, claim.due, { now: clock.now(), channels });
    });
  } catch (error) {
    const { due } = claim;
    if (due === null) throw error;
    // One report that cannot be made must not keep the others waiting.
    log.error({ err: error, projectId: due.projectId, period: due.period }, "A report could not be made");
    await putOffReport(pool, due, AFTER_FAILURE_MS);
  }
  return claim.due !== null;
}

type Making = { now: Instant; channels: ReportsDeps["channels"] };

async function make(client: pg.PoolClient, due: DueReport, { now, channels }: Making): Promise<void> {
  const { projectId, userId, period, role } = due;
  // A zone that nobody knows any more must not cost its reader the report.
  const zone = findZone(due.timeZone) ?? getZone("UTC");
  const labels = new Map(channels.list().map(({ kind, label }) => [kind, label]));
  const asked = {
    ...{ projectId, userId, period, timeZone: zone.name, ...spanBefore(period, zone, now) },
    mayChange: role !== "viewer",
    mailWorks: true,
    labelOf: (kind: string) => labels.get(kind) ?? kind,
  };
  const facts = await loadReport(client, asked, now);
  await queueReport(client, due, { facts, nextAt: nextReportAt(period, zone, now) });
}
