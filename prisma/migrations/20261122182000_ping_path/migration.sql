-- What every ping pays for.

-- A run is written under the lock of its job's state, and whoever deletes a job holds that lock too: no need to look the
-- job up once more for each run.
ALTER TABLE "runs" DROP CONSTRAINT "runs_job_id_fkey";

-- Output of jobs is text that repeats itself: it is compressed from 256 bytes on, by the quicker method where there is it.
DO $$
BEGIN
    ALTER TABLE "ping_bodies" ALTER COLUMN "body" SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;

DO $$
DECLARE
    partition TEXT;
BEGIN
    FOR partition IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ping_bodies'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (toast_tuple_target = 256)', partition);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION belfry_add_partition(parent TEXT, day DATE) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
DECLARE
    partition TEXT := parent || '_' || to_char(day, 'YYYYMMDD');
    first TEXT := to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00';
    beyond TEXT := to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00';
BEGIN
    IF to_regclass(quote_ident(partition)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) WITH (toast_tuple_target = 256)', partition, parent);
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
    EXECUTE format(
        'WITH moved AS (DELETE FROM %I WHERE received_at >= %L AND received_at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        parent || '_default', first, beyond, partition);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition, first, beyond);
    RETURN true;
END
$$;
