-- How much a project keeps: days, and runs of each job where people limit them.
ALTER TABLE "projects" ADD COLUMN "keep_runs" INTEGER;

-- What Prisma's schema cannot say

ALTER TABLE "projects"
    ADD CONSTRAINT "projects_keep_days_check" CHECK ("keep_days" BETWEEN 1 AND 3650),
    ADD CONSTRAINT "projects_keep_runs_check" CHECK ("keep_runs" BETWEEN 10 AND 1000000);

-- Whoever waits for the default partition has the pings of a day without one wait behind: give up sooner, and try again.
ALTER FUNCTION belfry_add_partitions(INTEGER) SET lock_timeout = '500ms';
