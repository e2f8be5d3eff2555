-- Refused pings grouped by their cause: one row a mistake, however often it is made. What was kept one by one is let go.
DROP TABLE "unmatched_pings";

CREATE TABLE "unmatched_pings" (
    "id" BIGSERIAL NOT NULL,
    "project_id" UUID,
    "protocol" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "slug" TEXT,
    "environment" TEXT,
    "asked" JSONB,
    "detail" TEXT,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "source" TEXT,
    "user_agent" TEXT,
    "count" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unmatched_pings_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "unmatched_pings_project_id_last_at_idx" ON "unmatched_pings"("project_id", "last_at" DESC);

ALTER TABLE "unmatched_pings" ADD CONSTRAINT "unmatched_pings_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say

-- One group a cause. Those without a project are as good as of one.
CREATE UNIQUE INDEX "unmatched_pings_group_key" ON "unmatched_pings"
    (coalesce("project_id", '00000000-0000-0000-0000-000000000000'::uuid), "protocol", "reason", "subject");

ALTER TABLE "unmatched_pings"
    ADD CONSTRAINT "unmatched_pings_protocol_check"
        CHECK ("protocol" IN ('native', 'sentry', 'cronitor', 'mail', 'other')),
    ADD CONSTRAINT "unmatched_pings_reason_check"
        CHECK ("reason" IN ('not-found', 'unknown-key', 'missing-key', 'unknown-address', 'invalid-url', 'invalid-uuid',
            'invalid-status', 'invalid-body', 'invalid-job', 'too-large', 'rate-limited'));
