-- A ping that is the only one of its run is told by the run's row, and has none of its own: most are, and a row less is
-- what a ping costs least. These columns keep what else is known of it; they are null where the run's pings have rows.
ALTER TABLE "runs"
    ADD COLUMN "ping_id" UUID,
    ADD COLUMN "ping_method" TEXT,
    ADD COLUMN "ping_user_agent" TEXT;

-- Every ping that is kept, wherever its row is; the columns of "pings" in their order. Asked by job and time, or by job and
-- number of its run.
CREATE VIEW "all_pings" AS
    SELECT "id", "job_id", "received_at", "action", "exit_code", "run_id", "run_number", "disposition", "at", "duration_ms",
        "host", "source", "method", "user_agent", "message", "body_size", "protocol", "metrics"
    FROM "pings"
    UNION ALL
    SELECT "ping_id", "job_id", "settled_at", CASE "outcome" WHEN 'ok' THEN 'success' ELSE 'fail' END, "exit_code", "run_id",
        "number", 'applied', NULL::TIMESTAMPTZ(3), "duration_ms", "host", "source", coalesce("ping_method", 'GET'), "ping_user_agent", NULL, 0,
        'native', NULL
    FROM "runs" WHERE "ping_id" IS NOT NULL;

-- Should anything be said of such a run later, its ping keeps what it said: it gets its own row first.
CREATE FUNCTION belfry_keep_ping() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    -- By its time too: without, the job's pings of all days would be read.
    INSERT INTO "pings" SELECT * FROM "all_pings"
    WHERE "job_id" = OLD."job_id" AND "run_number" = OLD."number" AND "received_at" = OLD."settled_at" AND "id" = OLD."ping_id";
    IF NEW."ping_id" = OLD."ping_id" THEN
        NEW."ping_id" := NULL;
        NEW."ping_method" := NULL;
        NEW."ping_user_agent" := NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER "runs_keep_ping" BEFORE UPDATE ON "runs"
    FOR EACH ROW WHEN (OLD."ping_id" IS NOT NULL) EXECUTE FUNCTION belfry_keep_ping();
