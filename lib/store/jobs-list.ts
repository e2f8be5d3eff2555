import type { Outcome } from "../domain/run.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { JOB_COLUMNS, type JobRecord, jobRecordOf, type JobRow } from "./jobs.ts";
import type { Queryable } from "./queryable.ts";

/** number, outcome, when it began (start, else slot, else verdict), duration, slots it stands for. */
export type StripEntry = [
  number: number,
  outcome: Outcome,
  at: Instant | null,
  durationMs: Millis | null,
  count: number,
];

export type ListedJob = JobRecord & {
  /** The newest runs, oldest first. */
  strip: StripEntry[];
};

/** How many runs a strip shows. */
const STRIP_LENGTH = 30;

/** What is read where strips are not wanted: enough to know how long the last run took. */
const STUB_LENGTH = 3;

export type ListScope = {
  /** Only these jobs, with whole strips; null: all. */
  jobIds: readonly string[] | null;
  /** Where all are asked for and there are more than this, only the newest three runs of each are read. */
  stripsUpTo: number;
};

/**
 * Jobs of a project by name, each with its newest runs; one query however many. JSON, because Node reads that many
 * times faster than as many rows.
 */
export async function listJobRecords(
  database: Queryable,
  projectId: string,
  { jobIds, stripsUpTo }: ListScope,
): Promise<ListedJob[]> {
  const { rows } = await database.query<JobRow & { strip: StripEntry[] | null }>(
    `SELECT ${JOB_COLUMNS}, newest.strip
     FROM jobs j JOIN job_state s ON s.job_id = j.id
     LEFT JOIN LATERAL (
       SELECT json_agg(json_build_array(r.number, r.outcome, r.at, r.duration_ms, r.count) ORDER BY r.number) AS strip
       FROM (
         SELECT number, outcome, duration_ms, count,
           (extract(epoch FROM coalesce(started_at, slot_at, settled_at)) * 1000)::bigint AS at
         FROM runs WHERE job_id = j.id ORDER BY number DESC LIMIT (
           SELECT CASE WHEN $2::uuid[] IS NULL AND count(*) > $3 THEN ${STUB_LENGTH} ELSE ${STRIP_LENGTH} END
           FROM jobs WHERE project_id = $1
         )
       ) r
     ) newest ON true
     WHERE j.project_id = $1 AND ($2::uuid[] IS NULL OR j.id = ANY($2)) ORDER BY lower(j.name), j.id`,
    [projectId, jobIds, stripsUpTo],
  );
  return rows.map(({ strip, ...row }) => ({ ...jobRecordOf(row), strip: strip ?? [] }));
}

/** The strip of one job. */
export async function listStrip(database: Queryable, jobId: string): Promise<StripEntry[]> {
  const { rows } = await database.query<{ entry: StripEntry }>(
    `SELECT json_build_array(number, outcome,
       (extract(epoch FROM coalesce(started_at, slot_at, settled_at)) * 1000)::bigint, duration_ms, count) AS entry
     FROM runs WHERE job_id = $1 ORDER BY number DESC LIMIT ${STRIP_LENGTH}`,
    [jobId],
  );
  return rows.map((row) => row.entry).toReversed();
}
