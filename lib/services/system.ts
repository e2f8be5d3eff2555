import packageJson from "../../package.json" with { type: "json" };
import type { Instant, Millis } from "../domain/time.ts";
import {
  type FaultedRecord,
  getSystemCounts,
  listFaulted,
  listGaps,
  listProcesses,
  type ProcessRecord,
} from "../store/system.ts";
import { getLimited, type LimitedPings } from "../store/unmatched.ts";
import { findZoneVersion } from "../store/zones.ts";
import { zoneData, type ZoneDataReport } from "../zones/source.ts";
import { compareVersions } from "../zones/zone-version.ts";
import type { Ctx } from "./context.ts";
import { listUnmatchedPings, requireOperator, type UnmatchedRow } from "./unmatched.ts";

export type SystemPage = {
  versions: { belfry: string; node: string; postgres: string };
  timeZones: ZoneDataReport & { hints: string[] };
  processes: ProcessRecord[];
  /** The newest 20 stretches in which no process took pings. */
  gaps: { from: Instant; to: Instant }[];
  counts: {
    projects: number;
    jobs: number;
    users: number;
    pendingDeliveries: number;
    deadLetters: number;
    heldAlerts: number;
  };
  /** When the oldest delivery was written that is due, or was tried and not taken yet; null without any. */
  oldestPendingAt: Instant | null;
  /** When the oldest alert was written of which nobody has decided yet who hears of it; null without any. */
  oldestUnplannedAt: Instant | null;
  /** How long after a limit was broken the first message left, in the last day; null where there was none. */
  lag: { medianMs: Millis; p99Ms: Millis } | null;
  /** Jobs whose evaluation threw, at most 100. */
  faulted: FaultedRecord[];
  /** Refused pings that belong to no project, the latest first. */
  unmatched: UnmatchedRow[];
  /** Pings refused as too many in the last 30 days, of all projects. */
  limited: LimitedPings;
  mail: { configured: boolean; from: string };
  /** Host that WATCHDOG_URL calls; null without it. The rest of the address may be a secret. */
  watchdogHost: string | null;
  now: Instant;
};

const GAPS_SHOWN = 20;
const FAULTED_SHOWN = 100;

/** Facts about this installation. @throws AppError `not-found` for everybody but operators. */
export async function systemPage(ctx: Ctx): Promise<SystemPage> {
  requireOperator(ctx);
  const { config } = ctx;
  const { pool } = ctx.database;
  const [facts, zoneVersion, processes, gaps, faulted, unmatched, limited] = await Promise.all([
    getSystemCounts(pool),
    findZoneVersion(pool),
    listProcesses(pool),
    listGaps(pool, GAPS_SHOWN),
    listFaulted(pool, FAULTED_SHOWN),
    listUnmatchedPings(ctx, { projectId: null }),
    getLimited(pool),
  ]);
  const { postgres, oldestPendingAt, oldestUnplannedAt, lag, ...counts } = facts;
  return {
    versions: { belfry: packageJson.version, node: process.version, postgres },
    timeZones: { ...zoneData(), hints: zoneHints(zoneData(), zoneVersion) },
    ...{ processes, gaps, counts, oldestPendingAt, oldestUnplannedAt, lag, faulted, unmatched, limited },
    mail: { configured: config.smtpUrl !== null, from: config.mailFrom },
    watchdogHost: config.watchdogUrl === null ? null : new URL(config.watchdogUrl).host,
    now: ctx.clock.now(),
  };
}

/** What operators should do about old data. `elsewhere`: the release that deadlines were last computed by, by any process. */
export function zoneHints({ system, used }: ZoneDataReport, elsewhere: string | null): string[] {
  const hints: string[] = [];
  if (system === null) {
    hints.push("This system has no time zones of its own, so Belfry cannot follow its upgrades: install tzdata.");
  } else if (compareVersions(system, used.version) < 0) {
    hints.push(
      `The tzdata of this system (${system}) is older than the one in use (${used.version}): upgrade it, because what else runs here follows it.`,
    );
  }
  if (elsewhere !== null && compareVersions(elsewhere, used.version) > 0) {
    hints.push(`Another process of this installation goes by tzdata ${elsewhere}: upgrade this one too.`);
  }
  return hints;
}
