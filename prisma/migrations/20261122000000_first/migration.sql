-- The only clock of all SQL: milliseconds, never ahead of the real time. Tests replace it with an offset one.
CREATE FUNCTION belfry_now() RETURNS TIMESTAMPTZ LANGUAGE sql VOLATILE AS $$
    SELECT date_trunc('milliseconds', clock_timestamp())
$$;

CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "operator" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "accounts" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "verifications" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verifications_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "projects" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "number" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "keep_days" INTEGER NOT NULL DEFAULT 90,

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "members" (
    "project_id" UUID NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),

    CONSTRAINT "members_pkey" PRIMARY KEY ("project_id","user_id")
);

CREATE TABLE "api_keys" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "scope" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "prefix" TEXT NOT NULL,
    "encrypted" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "jobs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "environment" TEXT NOT NULL DEFAULT 'production',
    "schedule_kind" TEXT NOT NULL,
    "schedule_expression" TEXT NOT NULL DEFAULT '',
    "dialect" TEXT NOT NULL DEFAULT 'vixie',
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "interval_ms" BIGINT,
    "schedule_since" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "grace_ms" BIGINT,
    "max_runtime_ms" BIGINT,
    "min_runtime_ms" BIGINT,
    "jitter_ms" BIGINT NOT NULL DEFAULT 0,
    "failures_to_open" INTEGER NOT NULL DEFAULT 1,
    "successes_to_close" INTEGER NOT NULL DEFAULT 1,
    "overlap" TEXT NOT NULL DEFAULT 'alert',
    "all_channels" BOOLEAN NOT NULL DEFAULT true,
    "managed_by" TEXT NOT NULL DEFAULT 'app',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "job_state" (
    "job_id" UUID NOT NULL,
    "check_at" TIMESTAMPTZ(3),
    "memory" JSONB NOT NULL,
    "pings" BIGINT NOT NULL DEFAULT 0,
    "paused_at" TIMESTAMPTZ(3),
    "first_ping_at" TIMESTAMPTZ(3),
    "last_ping_at" TIMESTAMPTZ(3),
    "last_ok_at" TIMESTAMPTZ(3),
    "next_slot_at" TIMESTAMPTZ(3),
    "late_at" TIMESTAMPTZ(3),
    "down" BOOLEAN NOT NULL DEFAULT false,
    "warning" BOOLEAN NOT NULL DEFAULT false,
    "running" INTEGER NOT NULL DEFAULT 0,
    "unknown" BOOLEAN NOT NULL DEFAULT false,
    "fault" TEXT,

    CONSTRAINT "job_state_pkey" PRIMARY KEY ("job_id")
) WITH (
    -- Every ping rewrites its row: room for the next version in the same page, no TOAST, an eager vacuum.
    fillfactor = 50,
    toast_tuple_target = 4080,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.1
);

CREATE TABLE "job_channels" (
    "job_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,

    CONSTRAINT "job_channels_pkey" PRIMARY KEY ("job_id","channel_id")
);

CREATE TABLE "pings" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "exit_code" SMALLINT,
    "run_id" UUID,
    "run_number" BIGINT,
    "disposition" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3),
    "duration_ms" BIGINT,
    "host" TEXT,
    "source" TEXT,
    "method" TEXT NOT NULL,
    "user_agent" TEXT,
    "message" TEXT,
    "body_size" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "pings_pkey" PRIMARY KEY ("job_id","received_at","id")
) PARTITION BY RANGE ("received_at");

CREATE TABLE "ping_bodies" (
    "ping_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "body" BYTEA NOT NULL,

    CONSTRAINT "ping_bodies_pkey" PRIMARY KEY ("ping_id","received_at")
) PARTITION BY RANGE ("received_at");

CREATE TABLE "runs" (
    "job_id" UUID NOT NULL,
    "number" BIGINT NOT NULL,
    "outcome" TEXT NOT NULL,
    "slot_at" TIMESTAMPTZ(3),
    "last_slot_at" TIMESTAMPTZ(3),
    "count" INTEGER NOT NULL DEFAULT 1,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "duration_ms" BIGINT,
    "finish_by" TIMESTAMPTZ(3),
    "finished_late" BOOLEAN NOT NULL DEFAULT false,
    "exit_code" SMALLINT,
    "run_id" UUID,
    "host" TEXT,
    "source" TEXT,
    "ambiguous" BOOLEAN NOT NULL DEFAULT false,
    "start_seen" BOOLEAN NOT NULL DEFAULT true,
    "reason" TEXT,
    "settled_at" TIMESTAMPTZ(3),
    "output_ping_id" UUID,
    "output_received_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("job_id","number")
);

CREATE TABLE "incidents" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "number" BIGINT NOT NULL,
    "severity" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "run_number" BIGINT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "resolve_reason" TEXT,
    "bad_count" INTEGER NOT NULL DEFAULT 1,
    "missed_count" INTEGER NOT NULL DEFAULT 0,
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT,

    CONSTRAINT "incidents_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "incident_events" (
    "incident_id" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "run_number" BIGINT,
    "cause" TEXT,
    "resolve_reason" TEXT,
    "user_id" TEXT,
    "note" TEXT,

    CONSTRAINT "incident_events_pkey" PRIMARY KEY ("incident_id","sequence")
);

CREATE TABLE "channels" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "project_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "settings" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "broken_at" TIMESTAMPTZ(3),
    "broken_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT belfry_now(),

    CONSTRAINT "channels_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "alerts" (
    "id" UUID NOT NULL,
    "project_id" UUID,
    "job_id" UUID,
    "incident_id" UUID,
    "event" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "facts" JSONB NOT NULL,

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "deliveries" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "ordinal" BIGSERIAL NOT NULL,
    "alert_id" UUID NOT NULL,
    "channel_id" UUID,
    "recipient" TEXT,
    "job_id" UUID,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "priority" SMALLINT NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "first_attempt_at" TIMESTAMPTZ(3),
    "lease_until" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "messages" (
    "id" UUID NOT NULL,
    "channel_id" UUID,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "accepted" BOOLEAN,
    "status" INTEGER,
    "answer" TEXT,
    "external_id" TEXT,

    CONSTRAINT "messages_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "message_deliveries" (
    "message_id" UUID NOT NULL,
    "delivery_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,

    CONSTRAINT "message_deliveries_pkey" PRIMARY KEY ("message_id","delivery_id")
);

CREATE TABLE "heartbeats" (
    "process_id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "roles" TEXT[],
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "beat_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "heartbeats_pkey" PRIMARY KEY ("process_id")
);

CREATE TABLE "gaps" (
    "id" BIGSERIAL NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gaps_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "unmatched_pings" (
    "id" BIGSERIAL NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "project_id" UUID,
    "reason" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "source" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "unmatched_pings_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "settings" (
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "settings_pkey" PRIMARY KEY ("name")
);

CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
CREATE UNIQUE INDEX "sessions_token_key" ON "sessions"("token");
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");
CREATE INDEX "accounts_user_id_idx" ON "accounts"("user_id");
CREATE UNIQUE INDEX "accounts_provider_id_account_id_key" ON "accounts"("provider_id", "account_id");
CREATE INDEX "verifications_identifier_idx" ON "verifications"("identifier");
CREATE INDEX "verifications_expires_at_idx" ON "verifications"("expires_at");
CREATE UNIQUE INDEX "projects_number_key" ON "projects"("number");
CREATE INDEX "members_user_id_idx" ON "members"("user_id");
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");
CREATE INDEX "api_keys_project_id_scope_idx" ON "api_keys"("project_id", "scope");
CREATE UNIQUE INDEX "jobs_project_id_slug_key" ON "jobs"("project_id", "slug");
CREATE INDEX "job_channels_channel_id_idx" ON "job_channels"("channel_id");
CREATE INDEX "runs_settled_at_idx" ON "runs"("settled_at");
CREATE INDEX "incidents_project_id_opened_at_idx" ON "incidents"("project_id", "opened_at" DESC);
CREATE INDEX "incidents_resolved_at_idx" ON "incidents"("resolved_at");
CREATE UNIQUE INDEX "incidents_job_id_number_key" ON "incidents"("job_id", "number");
CREATE INDEX "channels_project_id_idx" ON "channels"("project_id");
CREATE INDEX "alerts_project_id_created_at_idx" ON "alerts"("project_id", "created_at" DESC);
CREATE INDEX "alerts_created_at_idx" ON "alerts"("created_at");
CREATE UNIQUE INDEX "alerts_incident_id_event_sequence_key" ON "alerts"("incident_id", "event", "sequence");
CREATE INDEX "deliveries_channel_id_idx" ON "deliveries"("channel_id");
CREATE UNIQUE INDEX "deliveries_alert_id_channel_id_key" ON "deliveries"("alert_id", "channel_id");
CREATE UNIQUE INDEX "deliveries_alert_id_recipient_key" ON "deliveries"("alert_id", "recipient");
CREATE INDEX "messages_channel_id_started_at_idx" ON "messages"("channel_id", "started_at" DESC);
CREATE INDEX "messages_started_at_idx" ON "messages"("started_at");
CREATE INDEX "message_deliveries_delivery_id_idx" ON "message_deliveries"("delivery_id");
CREATE INDEX "heartbeats_beat_at_idx" ON "heartbeats"("beat_at");
CREATE INDEX "gaps_to_at_idx" ON "gaps"("to_at");
CREATE INDEX "unmatched_pings_project_id_id_idx" ON "unmatched_pings"("project_id", "id" DESC);

ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "members" ADD CONSTRAINT "members_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "job_state" ADD CONSTRAINT "job_state_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "job_channels" ADD CONSTRAINT "job_channels_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "job_channels" ADD CONSTRAINT "job_channels_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "runs" ADD CONSTRAINT "runs_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "incident_events" ADD CONSTRAINT "incident_events_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incidents"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "channels" ADD CONSTRAINT "channels_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incidents"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alerts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "messages" ADD CONSTRAINT "messages_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "message_deliveries" ADD CONSTRAINT "message_deliveries_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "message_deliveries" ADD CONSTRAINT "message_deliveries_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "deliveries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say

-- One open critical incident and one open warning a job.
CREATE UNIQUE INDEX "incidents_open_key" ON "incidents"("job_id", "severity") WHERE "state" = 'open';

-- Whose deadline is past?
CREATE INDEX "job_state_check_at_idx" ON "job_state"("check_at") WHERE "check_at" IS NOT NULL;

-- What is due to be sent, what stands before it in its queue, what nobody got?
CREATE INDEX "deliveries_due_idx" ON "deliveries"("priority", "next_attempt_at", "ordinal") WHERE "state" IN ('pending', 'sending');
CREATE INDEX "deliveries_queue_idx" ON "deliveries"("job_id", "channel_id", "ordinal") WHERE "state" IN ('pending', 'sending');
CREATE INDEX "deliveries_dead_idx" ON "deliveries"("ordinal") WHERE "state" = 'dead';

-- Closed vocabularies. Kinds of channels, dialects and the reasons of runs grow without a migration.
ALTER TABLE "members" ADD CONSTRAINT "members_role_check" CHECK ("role" IN ('owner', 'admin', 'member', 'viewer'));
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_scope_check" CHECK ("scope" IN ('ping', 'dsn', 'read', 'write'));
ALTER TABLE "jobs"
    ADD CONSTRAINT "jobs_schedule_kind_check" CHECK ("schedule_kind" IN ('cron', 'interval', 'none')),
    ADD CONSTRAINT "jobs_interval_ms_check" CHECK (CASE WHEN "schedule_kind" = 'interval' THEN "interval_ms" IS NOT NULL AND "interval_ms" > 0 ELSE true END),
    ADD CONSTRAINT "jobs_overlap_check" CHECK ("overlap" IN ('alert', 'allow')),
    ADD CONSTRAINT "jobs_managed_by_check" CHECK ("managed_by" IN ('app', 'code')),
    ADD CONSTRAINT "jobs_thresholds_check" CHECK ("failures_to_open" >= 1 AND "successes_to_close" >= 1);
ALTER TABLE "pings"
    ADD CONSTRAINT "pings_action_check" CHECK ("action" IN ('start', 'success', 'fail', 'log')),
    ADD CONSTRAINT "pings_disposition_check" CHECK ("disposition" IN ('applied', 'duplicate', 'ignored', 'quarantined'));
ALTER TABLE "runs" ADD CONSTRAINT "runs_outcome_check"
    CHECK ("outcome" IN ('running', 'ok', 'failed', 'missed', 'overlong', 'abandoned', 'skipped', 'unknown'));
ALTER TABLE "incidents"
    ADD CONSTRAINT "incidents_severity_check" CHECK ("severity" IN ('critical', 'warning')),
    ADD CONSTRAINT "incidents_cause_check" CHECK ("cause" IN ('missed', 'failed', 'overlong', 'overlap', 'abandoned')),
    ADD CONSTRAINT "incidents_state_check" CHECK ("state" IN ('open', 'resolved')),
    ADD CONSTRAINT "incidents_resolved_at_check" CHECK (("state" = 'resolved') = ("resolved_at" IS NOT NULL)),
    ADD CONSTRAINT "incidents_resolve_reason_check"
        CHECK ("resolve_reason" IN ('recovered', 'paused', 'withdrawn', 'no-overlap', 'edited'));
ALTER TABLE "incident_events"
    ADD CONSTRAINT "incident_events_kind_check" CHECK ("kind" IN ('opened', 'bad-run', 'resolved', 'acknowledged', 'note')),
    ADD CONSTRAINT "incident_events_cause_check" CHECK ("cause" IN ('missed', 'failed', 'overlong', 'overlap', 'abandoned')),
    ADD CONSTRAINT "incident_events_resolve_reason_check"
        CHECK ("resolve_reason" IN ('recovered', 'paused', 'withdrawn', 'no-overlap', 'edited'));
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_event_check"
    CHECK ("event" IN ('opened', 'changed', 'reminder', 'resolved', 'notice', 'report', 'test'));
ALTER TABLE "deliveries"
    ADD CONSTRAINT "deliveries_state_check" CHECK ("state" IN ('pending', 'sending', 'sent', 'dead', 'dropped')),
    ADD CONSTRAINT "deliveries_target_check" CHECK (num_nonnulls("channel_id", "recipient") = 1);
ALTER TABLE "gaps" ADD CONSTRAINT "gaps_order_check" CHECK ("from_at" <= "to_at");
ALTER TABLE "unmatched_pings" ADD CONSTRAINT "unmatched_pings_reason_check"
    CHECK ("reason" IN ('not-found', 'invalid-url', 'invalid-uuid'));

-- Pings and their bodies: one partition a day (UTC), made ahead; the default one catches what comes too early or too late.
CREATE TABLE "pings_default" PARTITION OF "pings" DEFAULT;
CREATE TABLE "ping_bodies_default" PARTITION OF "ping_bodies" DEFAULT;

-- Makes one day's partition of `parent` unless it is there; rows of that day move over from the default partition.
-- Attaching, other than CREATE … PARTITION OF, lets pings go on meanwhile. The caller holds the lock of belfry_add_partitions.
CREATE FUNCTION belfry_add_partition(parent TEXT, day DATE) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
DECLARE
    partition TEXT := parent || '_' || to_char(day, 'YYYYMMDD');
    first TEXT := to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00';
    beyond TEXT := to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00';
BEGIN
    IF to_regclass(quote_ident(partition)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', partition, parent);
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
    EXECUTE format(
        'WITH moved AS (DELETE FROM %I WHERE received_at >= %L AND received_at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        parent || '_default', first, beyond, partition);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition, first, beyond);
    RETURN true;
END
$$;

-- Makes the partitions of today and of the `days_ahead` days after it; answers how many were missing. Any number of
-- processes may call it. Where a long reader holds the default partition it gives up after 5 s rather than queue others behind it.
CREATE FUNCTION belfry_add_partitions(days_ahead INTEGER) RETURNS INTEGER LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
DECLARE
    today DATE := (belfry_now() AT TIME ZONE 'UTC')::date;
    added INTEGER := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(72707370);
    FOR ahead IN 0..days_ahead LOOP
        added := added + belfry_add_partition('pings', today + ahead)::int;
        added := added + belfry_add_partition('ping_bodies', today + ahead)::int;
    END LOOP;
    RETURN added;
END
$$;

SELECT belfry_add_partitions(7);
