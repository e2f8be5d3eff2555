/** What is not a project's own is kept as long as projects keep theirs by default. Days. */
export const DEFAULT_KEEP_DAYS = 90;

/** SQL: the moment before which nobody keeps anything. A subquery, asked once, so that an index on the time can be used. */
export const KEPT_LONGEST = `(SELECT belfry_now() - coalesce(max(keep_days), ${DEFAULT_KEEP_DAYS}) * interval '1 day' FROM projects)`;

/** SQL: of a run `r`, that no open incident began with it. */
export const NOT_OF_OPEN_INCIDENT = `NOT EXISTS (
  SELECT FROM incidents i WHERE i.job_id = r.job_id AND i.state = 'open' AND i.run_number = r.number)`;
