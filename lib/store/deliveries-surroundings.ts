import { plainColumn } from "./literals.ts";
import type { Queryable } from "./queryable.ts";

/** What is told beside the incident that a delivery is about. */
export type Surroundings = {
  /** The receiver's id of what it was told of the same incident before; null: nothing. */
  earlierId: string | null;
  /**
   * Other jobs in trouble on the machine where it happened, some of them by name; null where there are none, and where it is
   * of an outage, which is told with its jobs.
   */
  elsewhere: { jobs: number; names: string[] } | null;
};

/** In a project with more open incidents only the latest are looked at. */
const LOOKED_AT = 100;
const NAMED = 5;
/** A missed run has no host, so those before it are asked. */
const LOOK_BACK_RUNS = 20;

const HOST_OF = (job: string, run: string) => `SELECT r.host FROM runs r
  WHERE r.job_id = ${job} AND r.number <= ${run} AND r.number > ${run} - ${LOOK_BACK_RUNS} AND r.host IS NOT NULL
  ORDER BY r.number DESC LIMIT 1`;

const SELECT = `WITH asked AS MATERIALIZED (
    SELECT d.id, d.channel_id, d.recipient, a.project_id, a.job_id, a.incident_id,
      a.outage_id IS NULL AND a.event NOT IN ('resolved', 'stable') AS alone,
      coalesce(a.facts ->> 'host', (${HOST_OF("i.job_id", "i.run_number")})) AS host
    FROM unnest($1::uuid[]) AS x(id)
    JOIN deliveries d ON d.id = x.id JOIN alerts a ON a.id = d.alert_id JOIN incidents i ON i.id = a.incident_id
  ), failing AS MATERIALIZED (
    SELECT DISTINCT ON (i.job_id) p.project_id, i.job_id, j.name, i.opened_at, h.host
    FROM (SELECT DISTINCT project_id FROM asked WHERE alone AND host IS NOT NULL) p
    CROSS JOIN LATERAL (
      SELECT * FROM incidents i WHERE i.project_id = p.project_id AND i.state = 'open' ORDER BY i.opened_at DESC LIMIT ${LOOKED_AT}
    ) i
    JOIN jobs j ON j.id = i.job_id
    CROSS JOIN LATERAL (${HOST_OF("i.job_id", "i.run_number")}) h
  )
  SELECT x.id, e.external_id AS "earlierId", f.jobs, f.names
  FROM asked x
  LEFT JOIN LATERAL (
    SELECT m.external_id FROM deliveries t
    JOIN message_deliveries md ON md.delivery_id = t.id JOIN messages m ON m.id = md.message_id
    WHERE t.incident_id = x.incident_id AND t.id <> x.id AND m.accepted
      AND t.channel_id IS NOT DISTINCT FROM x.channel_id AND t.recipient IS NOT DISTINCT FROM x.recipient
    ORDER BY m.started_at DESC LIMIT 1
  ) e ON true
  CROSS JOIN LATERAL (
    SELECT count(*)::int4 AS jobs, (array_agg(f.name ORDER BY f.opened_at DESC, f.name))[1:${NAMED}] AS names
    FROM failing f WHERE x.alone AND f.project_id = x.project_id AND f.host = x.host AND f.job_id <> x.job_id
  ) f`;

type Row = { id: string; earlierId: string | null; jobs: number; names: string[] | null };

/** What is known around deliveries that are about incidents, by their ids. */
export async function loadSurroundings(
  database: Queryable,
  deliveryIds: readonly string[],
): Promise<Map<string, Surroundings>> {
  if (deliveryIds.length === 0) return new Map();
  const { rows } = await database.query<Row>({
    name: "deliveries-surroundings",
    text: SELECT,
    values: [plainColumn(deliveryIds, (id) => id)],
  });
  return new Map(
    rows.map(({ id, earlierId, jobs, names }) => {
      return [id, { earlierId, elsewhere: jobs === 0 ? null : { jobs, names: names ?? [] } }];
    }),
  );
}
