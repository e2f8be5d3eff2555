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
DROP INDEX "deliveries_alert_id_channel_id_key";
CREATE UNIQUE INDEX "deliveries_alert_id_channel_id_key" ON "deliveries"("alert_id", "channel_id") WHERE "channel_id" IS NOT NULL;
DROP INDEX "deliveries_alert_id_recipient_key";
CREATE UNIQUE INDEX "deliveries_alert_id_recipient_key" ON "deliveries"("alert_id", "recipient") WHERE "recipient" IS NOT NULL;
