-- A deleted job is of no project. Its row stays until those who were told of its trouble have heard that it is over.
ALTER TABLE "jobs" ALTER COLUMN "project_id" DROP NOT NULL;

-- A new word: an incident that ended with its job.
ALTER TABLE "incidents"
    DROP CONSTRAINT "incidents_resolve_reason_check",
    ADD CONSTRAINT "incidents_resolve_reason_check"
        CHECK ("resolve_reason" IN ('recovered', 'paused', 'withdrawn', 'no-overlap', 'edited', 'usual', 'deleted'));
ALTER TABLE "incident_events"
    DROP CONSTRAINT "incident_events_resolve_reason_check",
    ADD CONSTRAINT "incident_events_resolve_reason_check"
        CHECK ("resolve_reason" IN ('recovered', 'paused', 'withdrawn', 'no-overlap', 'edited', 'usual', 'deleted'));
