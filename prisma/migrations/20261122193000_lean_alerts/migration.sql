-- What an alarm pays for: when a machine falls silent, each of these is written ten thousand times.

-- An incident goes with its job, and so do its alerts. Two sweeps at once would both lock the project's row for each alarm.
ALTER TABLE "incidents" DROP CONSTRAINT "incidents_project_id_fkey";
ALTER TABLE "alerts" DROP CONSTRAINT "alerts_project_id_fkey";

-- Nobody looks for what is not over, not of an outage, not of a drill, or has no lead or address.
DROP INDEX "incidents_resolved_at_idx";
CREATE INDEX "incidents_resolved_at_idx" ON "incidents"("resolved_at") WHERE "resolved_at" IS NOT NULL;
DROP INDEX "incidents_outage_id_idx";
CREATE INDEX "incidents_outage_id_idx" ON "incidents"("outage_id") WHERE "outage_id" IS NOT NULL;
DROP INDEX "alerts_outage_id_idx";
CREATE INDEX "alerts_outage_id_idx" ON "alerts"("outage_id") WHERE "outage_id" IS NOT NULL;
DROP INDEX "alerts_drill_id_idx";
CREATE INDEX "alerts_drill_id_idx" ON "alerts"("drill_id") WHERE "drill_id" IS NOT NULL;
DROP INDEX "deliveries_lead_id_idx";
CREATE INDEX "deliveries_lead_id_idx" ON "deliveries"("lead_id") WHERE "lead_id" IS NOT NULL;
DROP INDEX "deliveries_alert_id_recipient_key";
CREATE UNIQUE INDEX "deliveries_alert_id_recipient_key" ON "deliveries"("alert_id", "recipient") WHERE "recipient" IS NOT NULL;

-- From here the wait of an alert is counted: read out of its facts once, not at every look at what waits. Whatever stands in there,
-- the others must be found.
CREATE FUNCTION belfry_due_at(created_at timestamptz, facts jsonb) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(created_at, CASE WHEN facts ->> 'deadlineAt' ~ '^[0-9]{1,13}$' THEN to_timestamp((facts ->> 'deadlineAt')::float8 / 1000) END)
$$;
ALTER TABLE "alerts" ADD COLUMN "due_at" TIMESTAMPTZ(3) GENERATED ALWAYS AS (belfry_due_at("created_at", "facts")) STORED;
