import { untoldJobs } from "../domain/reports/reach.ts";
import type { ReportFacts } from "../domain/reports/report-facts.ts";
import { failedJobs, flakyJobs, listed, noisyJobs, slowerJobs } from "../domain/reports/report-lists.ts";
import type { Instant } from "../domain/time.ts";
import type { Queryable } from "./queryable.ts";
import {
  loadBeginning,
  loadBrokenChannels,
  loadFailedJobs,
  loadNoisyJobs,
  loadReach,
  loadRunFigures,
  loadSilentJobs,
  loadTroubles,
} from "./report-figures.ts";
import { loadGraceProposals } from "./report-graces.ts";

/** What a report is asked for. */
export type ReportAsked = Pick<ReportFacts, "period" | "userId" | "timeZone" | "from" | "to" | "mayChange"> & {
  projectId: string;
  /** Whether people can be reached by mail where there is no channel. */
  mailWorks: boolean;
  /** What people call a kind of channel, and why this installation cannot deliver over it; null where it can. */
  kinds: ReadonlyMap<string, { label: string; unavailable: string | null }>;
};

/** Everything that a report tells, as it stands now. */
export async function loadReport(database: Queryable, asked: ReportAsked, now: Instant): Promise<ReportFacts> {
  const { mailWorks, kinds, projectId, ...known } = asked;
  const unableKinds = [...kinds].flatMap(([kind, { unavailable }]) => (unavailable === null ? [] : [kind]));
  const span = { projectId, from: asked.from, to: asked.to };
  // One after the other: they may share one connection.
  const failed = await loadFailedJobs(database, span);
  const reach = await loadReach(database, { projectId, mailWorks, unableKinds });
  const { ok, bad, slower } = await loadRunFigures(database, span);
  const broken = await loadBrokenChannels(database, projectId, unableKinds);
  return {
    ...known,
    since: await loadBeginning(database, projectId),
    totals: { ok, bad, ...(await loadTroubles(database, span)) },
    failed: failedJobs(failed),
    stillDown: failed.filter((job) => job.stillDown).length,
    flaky: flakyJobs(failed),
    slower: slowerJobs(slower),
    silent: listed(await loadSilentJobs(database, projectId)),
    noisy: noisyJobs(await loadNoisyJobs(database, span)),
    graces: listed(await loadGraceProposals(database, span, now)),
    broken: listed(
      broken.map(({ name, kind, reason }) => {
        const { label = kind, unavailable = null } = kinds.get(kind) ?? {};
        return { name, kind: label, reason: unavailable ?? reason };
      }),
    ),
    untold: listed(untoldJobs(reach)),
    fallback: reach.fallback,
  };
}
