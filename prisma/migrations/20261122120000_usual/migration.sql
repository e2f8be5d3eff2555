-- What a job usually does, and warnings where a run is far from it.
ALTER TABLE "jobs" ADD COLUMN "unusual" TEXT NOT NULL DEFAULT 'ignore';

-- Whose rules an expression follows is guessed where nobody says it.
ALTER TABLE "jobs" ALTER COLUMN "dialect" SET DEFAULT 'auto';

CREATE TABLE "job_usual" (
    "job_id" UUID NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL,
    "bounds" JSONB NOT NULL,

    CONSTRAINT "job_usual_pkey" PRIMARY KEY ("job_id")
);

ALTER TABLE "job_usual" ADD CONSTRAINT "job_usual_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- New words: a ping that announces a skipped run, and the causes and the end of such warnings.
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_unusual_check" CHECK ("unusual" IN ('ignore', 'alert'));
ALTER TABLE "pings" DROP CONSTRAINT "pings_action_check";
ALTER TABLE "pings" ADD CONSTRAINT "pings_action_check" CHECK ("action" IN ('start', 'success', 'fail', 'log', 'skip'));
ALTER TABLE "incidents"
    DROP CONSTRAINT "incidents_cause_check",
    ADD CONSTRAINT "incidents_cause_check" CHECK ("cause" IN ('missed', 'failed', 'overlong', 'overlap', 'abandoned', 'slow', 'fast')),
    DROP CONSTRAINT "incidents_resolve_reason_check",
    ADD CONSTRAINT "incidents_resolve_reason_check"
        CHECK ("resolve_reason" IN ('recovered', 'paused', 'withdrawn', 'no-overlap', 'edited', 'usual'));
ALTER TABLE "incident_events"
    DROP CONSTRAINT "incident_events_cause_check",
    ADD CONSTRAINT "incident_events_cause_check" CHECK ("cause" IN ('missed', 'failed', 'overlong', 'overlap', 'abandoned', 'slow', 'fast')),
    DROP CONSTRAINT "incident_events_resolve_reason_check",
    ADD CONSTRAINT "incident_events_resolve_reason_check"
        CHECK ("resolve_reason" IN ('recovered', 'paused', 'withdrawn', 'no-overlap', 'edited', 'usual'));
