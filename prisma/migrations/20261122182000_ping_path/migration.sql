-- What every ping pays for.

-- A run is written under the lock of its job's state, and whoever deletes a job holds that lock too: no need to look the
-- job up once more for each run.
ALTER TABLE "runs" DROP CONSTRAINT "runs_job_id_fkey";

-- Output of jobs is text that repeats itself: bodies of ordinary length are stored deflated.
ALTER TABLE "ping_bodies" ADD COLUMN "deflated" BOOLEAN NOT NULL DEFAULT false;
