import type { ReportFacts } from "../../lib/domain/reports/report-facts.ts";
import { HOUR, MINUTE } from "../../lib/domain/time.ts";

const NONE = { top: [], total: 0 };

/** A week in which nothing happened. */
export const QUIET_FACTS: ReportFacts = {
  ...{ period: "week", userId: "reader", timeZone: "Europe/Riga", mayChange: true },
  ...{ from: Date.UTC(2026, 10, 15, 22), to: Date.UTC(2026, 10, 22, 22) },
  totals: { jobs: 12, ok: 840, bad: 0, incidents: 0, alerts: 0 },
  ...{ failed: NONE, flaky: NONE, slower: NONE, silent: NONE, noisy: NONE, graces: NONE, broken: NONE, untold: NONE },
  stillDown: 0,
  fallback: null,
};

const job = (n: number, name: string) => ({ jobId: `0198c0de-0000-4000-8000-00000000000${n}`, name });

/** A week with something in every section. */
export const BUSY_FACTS: ReportFacts = {
  ...QUIET_FACTS,
  totals: { jobs: 12, ok: 830, bad: 31, incidents: 9, alerts: 1_234 },
  failed: {
    top: [
      { ...job(1, "db-backup"), incidents: 1, downMs: 26 * HOUR, bad: 3, stillDown: true },
      { ...job(2, "mail <queue> & co"), incidents: 0, downMs: 40 * MINUTE, bad: 1, stillDown: false },
    ],
    total: 14,
  },
  stillDown: 1,
  flaky: { top: [{ ...job(3, "sync"), incidents: 7, downMs: HOUR, bad: 9, stillDown: false }], total: 1 },
  slower: { top: [{ ...job(4, "reindex"), beforeMs: 10 * MINUTE, nowMs: 25 * MINUTE }], total: 1 },
  silent: { top: [{ ...job(5, "new one"), createdAt: Date.UTC(2026, 9, 1) }], total: 1 },
  noisy: { top: [{ ...job(3, "sync"), alerts: 28 }], total: 1 },
  graces: {
    top: [{ ...job(6, "import"), graceMs: 5 * MINUTE, proposedMs: 20 * MINUTE, usualMs: 9 * MINUTE }],
    total: 1,
  },
  broken: { top: [{ name: "Ops", kind: "Slack", reason: "404 no_team" }], total: 1 },
  untold: { top: [job(7, "orphan")], total: 1 },
};
