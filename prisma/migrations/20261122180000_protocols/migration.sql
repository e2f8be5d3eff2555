-- Jobs that client libraries make and keep up to date, and how pings of a job are read.

-- The same slug in another environment is another job.
DROP INDEX "jobs_project_id_slug_key";
CREATE UNIQUE INDEX "jobs_project_id_slug_environment_key" ON "jobs"("project_id", "slug", "environment");

ALTER TABLE "jobs" ADD COLUMN "ping_policy" JSONB;
-- What code asked for last, as it was sent, and a digest that tells whether it asks for something new.
ALTER TABLE "jobs" ADD COLUMN "code_request" JSONB;
ALTER TABLE "jobs" ADD COLUMN "code_digest" TEXT;

ALTER TABLE "pings" ADD COLUMN "protocol" TEXT NOT NULL DEFAULT 'native';
-- What the client measured, [[name, value], …]; null without.
ALTER TABLE "pings" ADD COLUMN "metrics" JSONB;
ALTER TABLE "pings" ADD CONSTRAINT "pings_protocol_check"
    CHECK ("protocol" IN ('native', 'sentry', 'cronitor', 'mail', 'other'));
