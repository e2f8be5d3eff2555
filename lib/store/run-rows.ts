import type { Run } from "../domain/run.ts";
import type { Column } from "./columns.ts";
import type { PingRecord } from "./pings.ts";
import type { JobChange } from "./transitions.ts";

/** Whether there was no row of that run before. */
export function isNewRun({ job }: JobChange, number: number): boolean {
  return number > job.state.lastRunNumber;
}

/**
 * Pings of which the row of their run, which is written with them, tells everything: they need none of their own. Most
 * are, as most crontabs send nothing but an end. The view `all_pings` reads them back.
 */
export type LonePings = ReadonlyMap<Run, PingRecord>;

/** A row of `runs`. `ping`: the one that has no other row. */
export type RunRow = { jobId: string; run: Run; isNew: boolean; ping: PingRecord | null };

/** Rows of `runs` that changes of jobs come to. */
export function runRowsOf(changes: readonly JobChange[], lone: LonePings): RunRow[] {
  const rows: RunRow[] = [];
  for (const change of changes) {
    const jobId = change.state.job.id;
    for (const run of change.runs.values()) {
      rows.push({ jobId, run, isNew: isNewRun(change, run.number), ping: lone.get(run) ?? null });
    }
  }
  return rows;
}

export const RUN_COLUMNS: readonly Column<RunRow>[] = [
  ["job_id", "uuid", ({ jobId }) => jobId],
  ["number", "int8", ({ run }) => run.number],
  ["outcome", "text", ({ run }) => run.outcome, "ok"],
  ["slot_at", "instant", ({ run }) => run.slotAt],
  ["last_slot_at", "instant", ({ run }) => run.lastSlotAt],
  ["count", "int4", ({ run }) => run.count, 1],
  ["started_at", "instant", ({ run }) => run.startedAt],
  ["finished_at", "instant", ({ run }) => run.finishedAt],
  ["duration_ms", "int8", ({ run }) => run.durationMs],
  ["finish_by", "instant", ({ run }) => run.finishBy],
  ["finished_late", "bool", ({ run }) => run.finishedLate, false],
  ["exit_code", "int2", ({ run }) => run.exitCode],
  ["run_id", "uuid", ({ run }) => run.runId],
  ["host", "text", ({ run }) => run.host],
  ["source", "text", ({ run }) => run.source],
  ["ambiguous", "bool", ({ run }) => run.ambiguous, false],
  ["start_seen", "bool", ({ run }) => run.startSeen, false],
  ["reason", "text", ({ run }) => run.reason],
  ["settled_at", "instant", ({ run }) => run.settledAt],
  ["output_ping_id", "uuid", ({ run }) => run.output?.pingId ?? null],
  ["output_received_at", "instant", ({ run }) => run.output?.receivedAt ?? null],
  ["ping_id", "uuid", ({ ping }) => ping?.id ?? null],
  ["ping_method", "text", ({ ping }) => (ping === null || ping.method === "GET" ? null : ping.method)],
  ["ping_user_agent", "text", ({ ping }) => ping?.userAgent ?? null],
];

/** What an INSERT of runs does where the run has a row already: it takes its place. */
export const REPLACE_RUN = `ON CONFLICT (job_id, number) DO UPDATE SET ${RUN_COLUMNS.slice(2)
  .map(([name]) => `${name} = excluded.${name}`)
  .join(", ")}`;
