-- Incidents that people look after, alerts that are planned before they leave, one outage in one message.

-- Several incidents that are one trouble: of a host, or of most of what a project had to do.
CREATE TABLE "outages" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "host" TEXT,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "latest_at" TIMESTAMPTZ(3) NOT NULL,
    "told_at" TIMESTAMPTZ(3),
    "next_message_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),

    CONSTRAINT "outages_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "outages_project_id_opened_at_idx" ON "outages"("project_id", "opened_at" DESC);
CREATE INDEX "outages_resolved_at_idx" ON "outages"("resolved_at");
ALTER TABLE "outages" ADD CONSTRAINT "outages_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "outages" ADD CONSTRAINT "outages_kind_check" CHECK ("kind" IN ('host', 'project'));

-- What people do about an incident.
ALTER TABLE "incidents"
    ADD COLUMN "outage_id" UUID,
    ADD COLUMN "told_at" TIMESTAMPTZ(3),
    ADD COLUMN "snoozed_until" TIMESTAMPTZ(3),
    ADD COLUMN "snoozed_until_success" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "muted_at" TIMESTAMPTZ(3),
    ADD COLUMN "remind_at" TIMESTAMPTZ(3),
    ADD COLUMN "reminders" INTEGER NOT NULL DEFAULT 0;
CREATE INDEX "incidents_outage_id_idx" ON "incidents"("outage_id");
CREATE INDEX "incidents_remind_at_idx" ON "incidents"("remind_at") WHERE "state" = 'open' AND "remind_at" IS NOT NULL;
CREATE INDEX "incidents_open_idx" ON "incidents"("project_id", "opened_at" DESC) WHERE "state" = 'open';
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_outage_id_fkey" FOREIGN KEY ("outage_id") REFERENCES "outages"("id") ON DELETE SET NULL ON UPDATE CASCADE;
-- Those that are open had their alarm when they opened.
UPDATE "incidents" SET "told_at" = "opened_at";

-- Lines that people add have no number of the rules'.
ALTER TABLE "incident_events"
    ADD COLUMN "ordinal" BIGSERIAL NOT NULL,
    ADD COLUMN "by" TEXT,
    ADD COLUMN "until" TIMESTAMPTZ(3),
    DROP CONSTRAINT "incident_events_pkey",
    ADD CONSTRAINT "incident_events_pkey" PRIMARY KEY ("ordinal"),
    ALTER COLUMN "sequence" DROP NOT NULL,
    DROP CONSTRAINT "incident_events_kind_check",
    ADD CONSTRAINT "incident_events_kind_check" CHECK ("kind" IN ('opened', 'bad-run', 'resolved', 'acknowledged', 'unacknowledged',
        'snoozed', 'unsnoozed', 'muted', 'unmuted', 'note', 'joined'));
CREATE UNIQUE INDEX "incident_events_incident_id_sequence_key" ON "incident_events"("incident_id", "sequence");

-- An alert waits here until it is planned: held back for a reason, or given to channels.
ALTER TABLE "alerts"
    ADD COLUMN "severity" TEXT,
    ADD COLUMN "outage_id" UUID,
    ADD COLUMN "drill_id" UUID,
    ADD COLUMN "plan_at" TIMESTAMPTZ(3),
    ADD COLUMN "hold" TEXT,
    ADD COLUMN "hold_detail" TEXT,
    DROP CONSTRAINT "alerts_event_check",
    ADD CONSTRAINT "alerts_event_check"
        CHECK ("event" IN ('opened', 'changed', 'reminder', 'resolved', 'unstable', 'stable', 'notice', 'report', 'test')),
    ADD CONSTRAINT "alerts_severity_check" CHECK ("severity" IN ('critical', 'warning'));
CREATE INDEX "alerts_plan_at_idx" ON "alerts"("plan_at") WHERE "plan_at" IS NOT NULL;
CREATE INDEX "alerts_project_id_plan_at_idx" ON "alerts"("project_id", "plan_at") WHERE "plan_at" IS NOT NULL;
CREATE INDEX "alerts_outage_id_idx" ON "alerts"("outage_id");
CREATE INDEX "alerts_drill_id_idx" ON "alerts"("drill_id");
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_outage_id_fkey" FOREIGN KEY ("outage_id") REFERENCES "outages"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Several deliveries of one channel may leave as one message, that of their lead.
ALTER TABLE "deliveries"
    ADD COLUMN "incident_id" UUID,
    ADD COLUMN "outage_id" UUID,
    ADD COLUMN "lead_id" UUID,
    ADD COLUMN "only_if" TEXT,
    ADD COLUMN "lag_from" TIMESTAMPTZ(3),
    ADD CONSTRAINT "deliveries_only_if_check" CHECK ("only_if" IN ('open', 'unacknowledged'));
UPDATE "deliveries" d SET "incident_id" = a."incident_id" FROM "alerts" a WHERE a."id" = d."alert_id" AND a."incident_id" IS NOT NULL;
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_lead_id_fkey" FOREIGN KEY ("lead_id") REFERENCES "deliveries"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "deliveries_lead_id_idx" ON "deliveries"("lead_id");
CREATE INDEX "deliveries_incident_id_idx" ON "deliveries"("incident_id");
-- Not in the words of the due one's condition: with the figures of quiet times that one would be taken for these too.
CREATE INDEX "deliveries_outage_idx" ON "deliveries"("outage_id", "ordinal")
    WHERE "state" NOT IN ('sent', 'dead', 'dropped') AND "lead_id" IS NULL;
CREATE INDEX "deliveries_outage_lease_idx" ON "deliveries"("outage_id") WHERE "lease_until" IS NOT NULL;
DROP INDEX "deliveries_due_idx";
CREATE INDEX "deliveries_due_idx" ON "deliveries"("priority", "next_attempt_at", "ordinal")
    WHERE "state" IN ('pending', 'sending') AND "lead_id" IS NULL;

-- Which alerts a channel takes (lib/domain/alerting/channel-rules.ts), and how it fares.
ALTER TABLE "channels" ADD COLUMN "rules" JSONB NOT NULL DEFAULT '{}';
-- Where its reader unsubscribed by the link in a mail.
ALTER TABLE "channels" ADD COLUMN "unsubscribed_at" TIMESTAMPTZ(3);

-- Projects that a channel serves beside its own.
CREATE TABLE "channel_projects" (
    "channel_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,

    CONSTRAINT "channel_projects_pkey" PRIMARY KEY ("channel_id", "project_id")
);
CREATE INDEX "channel_projects_project_id_idx" ON "channel_projects"("project_id");
ALTER TABLE "channel_projects" ADD CONSTRAINT "channel_projects_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "channel_projects" ADD CONSTRAINT "channel_projects_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "projects"
    ADD COLUMN "remind_after_ms" BIGINT DEFAULT 14400000,
    ADD COLUMN "mask_patterns" TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN "drill_every" TEXT NOT NULL DEFAULT 'never',
    ADD COLUMN "drill_at" TIMESTAMPTZ(3),
    ADD CONSTRAINT "projects_drill_every_check" CHECK ("drill_every" IN ('never', 'week', 'month', 'quarter'));

-- X of the last Y runs; null: in a row. And whether far more runs than slots open a warning.
ALTER TABLE "jobs"
    ADD COLUMN "failure_window" INTEGER,
    ADD COLUMN "too_often" TEXT NOT NULL DEFAULT 'alert',
    ADD CONSTRAINT "jobs_failure_window_check" CHECK ("failure_window" BETWEEN "failures_to_open" AND 8),
    ADD CONSTRAINT "jobs_too_often_check" CHECK ("too_often" IN ('ignore', 'alert'));

-- A job whose upstream is down is not told of.
CREATE TABLE "job_upstreams" (
    "job_id" UUID NOT NULL,
    "upstream_id" UUID NOT NULL,

    CONSTRAINT "job_upstreams_pkey" PRIMARY KEY ("job_id", "upstream_id")
);
CREATE INDEX "job_upstreams_upstream_id_idx" ON "job_upstreams"("upstream_id");
ALTER TABLE "job_upstreams" ADD CONSTRAINT "job_upstreams_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "job_upstreams" ADD CONSTRAINT "job_upstreams_upstream_id_fkey" FOREIGN KEY ("upstream_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "job_upstreams" ADD CONSTRAINT "job_upstreams_other_check" CHECK ("job_id" <> "upstream_id");

-- Times when alerts of some jobs wait: maintenance, nights and weekends, holidays.
CREATE TABLE "windows" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "starts_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "spec" JSONB NOT NULL DEFAULT '{}',
    "scope" JSONB NOT NULL DEFAULT '{}',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "source" TEXT NOT NULL DEFAULT 'person',
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),

    CONSTRAINT "windows_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "windows_project_id_idx" ON "windows"("project_id");
ALTER TABLE "windows" ADD CONSTRAINT "windows_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "windows"
    ADD CONSTRAINT "windows_kind_check" CHECK ("kind" IN ('once', 'weekly', 'holidays')),
    ADD CONSTRAINT "windows_source_check" CHECK ("source" IN ('person', 'ping')),
    ADD CONSTRAINT "windows_once_check" CHECK ("kind" <> 'once' OR "starts_at" < "ends_at");

-- Jobs that fail and recover again and again: one alert, then hush.
CREATE TABLE "unstable_jobs" (
    "job_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "incident_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "openings" INTEGER NOT NULL,
    "check_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unstable_jobs_pkey" PRIMARY KEY ("job_id")
);
CREATE INDEX "unstable_jobs_check_at_idx" ON "unstable_jobs"("check_at");
ALTER TABLE "unstable_jobs" ADD CONSTRAINT "unstable_jobs_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "unstable_jobs" ADD CONSTRAINT "unstable_jobs_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Who gets which report, and when the next one.
CREATE TABLE "report_subscriptions" (
    "project_id" UUID NOT NULL,
    "user_id" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "next_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "report_subscriptions_pkey" PRIMARY KEY ("project_id", "user_id", "period")
);
CREATE INDEX "report_subscriptions_next_at_idx" ON "report_subscriptions"("next_at");
CREATE INDEX "report_subscriptions_user_id_idx" ON "report_subscriptions"("user_id");
ALTER TABLE "report_subscriptions" ADD CONSTRAINT "report_subscriptions_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "report_subscriptions" ADD CONSTRAINT "report_subscriptions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "report_subscriptions" ADD CONSTRAINT "report_subscriptions_period_check" CHECK ("period" IN ('day', 'week', 'month'));

-- Fire drills: every channel of a project gets a marked test.
CREATE TABLE "drills" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "requested_by" TEXT,
    "checked_at" TIMESTAMPTZ(3),

    CONSTRAINT "drills_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "drills_project_id_started_at_idx" ON "drills"("project_id", "started_at" DESC);
CREATE INDEX "drills_checked_at_started_at_idx" ON "drills"("checked_at", "started_at");
ALTER TABLE "drills" ADD CONSTRAINT "drills_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_drill_id_fkey" FOREIGN KEY ("drill_id") REFERENCES "drills"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "projects_drill_at_idx" ON "projects"("drill_at");

-- A person confirmed that a drill's message came in front of their eyes.
CREATE TABLE "drill_sightings" (
    "delivery_id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "seen_by" TEXT,

    CONSTRAINT "drill_sightings_pkey" PRIMARY KEY ("delivery_id")
);
ALTER TABLE "drill_sightings" ADD CONSTRAINT "drill_sightings_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "deliveries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- New causes: runs that come far too often, and jobs that were set up and never heard of.
ALTER TABLE "incidents"
    DROP CONSTRAINT "incidents_cause_check",
    ADD CONSTRAINT "incidents_cause_check" CHECK ("cause" IN ('missed', 'failed', 'overlong', 'overlap', 'abandoned', 'slow', 'fast', 'too-often', 'never-pinged'));
ALTER TABLE "incident_events"
    DROP CONSTRAINT "incident_events_cause_check",
    ADD CONSTRAINT "incident_events_cause_check" CHECK ("cause" IN ('missed', 'failed', 'overlong', 'overlap', 'abandoned', 'slow', 'fast', 'too-often', 'never-pinged'));
-- Jobs that were set up long ago and never heard of are looked at now.
UPDATE "job_state" s SET "check_at" = belfry_now() FROM "jobs" j
    WHERE j."id" = s."job_id" AND j."schedule_kind" <> 'none' AND s."last_ping_at" IS NULL AND s."paused_at" IS NULL;
