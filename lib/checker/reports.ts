import { setTimeout as timeout } from "node:timers/promises";
import type pg from "pg";
import type { Channels } from "../delivery/kinds.ts";
import type { ReportFacts } from "../domain/reports/report-facts.ts";
import { nextReportAt, spanBefore } from "../domain/reports/report-period.ts";
import { MINUTE, SECOND, type Instant, type Millis } from "../domain/time.ts";
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

/** Between so many a stop is heard, and figures that several people get are computed once. */
const REPORTS_AT_ONCE = 20;
/** A turn is short, as for every loop. */
const TURN_MS: Millis = 5 * SECOND;
const BETWEEN_TURNS_MS: Millis = 250;
/** One that could not be made is tried again after this. */
const AFTER_FAILURE_MS: Millis = 15 * MINUTE;

/** The loop that makes people's reports when they are due. One about millions of runs goes on beside its turns. */
export function createReports(deps: ReportsDeps): Loop {
  const { clock, log } = deps;
  let work: Promise<Instant | null> | null = null;

  async function turn(signal: AbortSignal): Promise<Instant | null> {
    const current = (work ??= reportDue(deps, signal));
    const ended = current.then(
      () => true,
      () => true,
    );
    if (!(await Promise.race([ended, falseAfter(TURN_MS)]))) return clock.now() + BETWEEN_TURNS_MS;
    work = null;
    return current;
  }

  const loop = createLoop({ name: "reports", turn, clock, log });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      await work?.catch((error: unknown) => log.warn({ err: error }, "A report was broken off"));
    },
  };
}

async function falseAfter(ms: Millis): Promise<boolean> {
  await timeout(ms, undefined, { ref: false });
  return false;
}

/**
 * Makes the reports that are due, each once whatever the number of processes: it is in the outbox with the commit that
 * says when the next one is due. After a time without us there is one for the last whole period, not one for each.
 * @returns when the next is due; null: none is, or there is no mail.
 */
export async function reportDue(deps: ReportsDeps, signal: AbortSignal): Promise<Instant | null> {
  const { pool, clock, channels } = deps;
  if (!channels.mailWorks) return null;
  const known: Known = new Map();
  for (let made = 0; made < REPORTS_AT_ONCE; made += 1) {
    if (signal.aborted || !(await makeOne(deps, known))) return findNextReport(pool);
  }
  return clock.now() + BETWEEN_TURNS_MS;
}

/** Figures by project and span. */
type Known = Map<string, ReportFacts>;

/** False: none is due. */
async function makeOne({ pool, clock, log, channels }: ReportsDeps, known: Known): Promise<boolean> {
  const claim: { due: DueReport | null } = { due: null };
  try {
    await inTransaction(pool, async (client) => {
      claim.due = await claimDueReport(client);
      if (claim.due !== null) await make(client, claim.due, { now: clock.now(), channels, known });
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

type Making = { now: Instant; channels: ReportsDeps["channels"]; known: Known };

async function make(client: pg.PoolClient, due: DueReport, { now, channels, known }: Making): Promise<void> {
  const { projectId, userId, period, role } = due;
  // A zone that nobody knows any more must not cost its reader the report.
  const zone = findZone(due.timeZone) ?? getZone("UTC");
  const kinds = new Map(channels.list().map((channel) => [channel.kind, channel]));
  const span = spanBefore(period, zone, now);
  const reader = { userId, period, timeZone: zone.name, mayChange: role !== "viewer" };
  const key = `${projectId} ${span.from} ${span.to}`;
  const asked = { projectId, ...span, ...reader, mailWorks: true, kinds };
  const figures = known.get(key) ?? (await loadReport(client, asked, now));
  known.set(key, figures);
  const facts = { ...figures, ...reader };
  await queueReport(client, due, { facts, nextAt: nextReportAt(period, zone, now) });
}
