import type { WindowScope } from "../domain/alerting/window.ts";
import { LOOK_BACK_RUNS, MACHINE } from "./alerting.ts";
import type { Queryable } from "./queryable.ts";

type Names = Pick<WindowScope, "tags" | "hosts">;

const UNKNOWN_TAGS = `SELECT x.name FROM unnest($2::text[]) WITH ORDINALITY AS x(name, place)
  WHERE NOT EXISTS (SELECT FROM jobs j WHERE j.project_id = $1 AND x.name = ANY (j.tags)) ORDER BY x.place`;

// As the planner finds out where a job ran.
const UNKNOWN_HOSTS = `WITH machines AS (
    SELECT DISTINCT lower(last.host) AS host FROM jobs j CROSS JOIN LATERAL (
      SELECT ${MACHINE} AS host
      FROM (SELECT number, host, source FROM runs WHERE job_id = j.id ORDER BY number DESC LIMIT ${LOOK_BACK_RUNS}) r
      WHERE r.host IS NOT NULL OR r.source IS NOT NULL ORDER BY r.number DESC LIMIT 1
    ) last WHERE j.project_id = $1
  )
  SELECT x.name FROM unnest($2::text[]) WITH ORDINALITY AS x(name, place)
  WHERE NOT EXISTS (SELECT FROM machines m WHERE m.host = lower(x.name)) ORDER BY x.place`;

/** Those of these names that mean no job of the project now: tags that none has, hosts on which none ran last. */
export async function listUnknownNames(
  database: Queryable,
  { projectId, tags, hosts }: { projectId: string } & Names,
): Promise<Names> {
  return {
    tags: await listUnknown(database, UNKNOWN_TAGS, projectId, tags),
    hosts: await listUnknown(database, UNKNOWN_HOSTS, projectId, hosts),
  };
}

async function listUnknown(
  database: Queryable,
  text: string,
  ...[projectId, names]: [projectId: string, names: readonly string[]]
): Promise<string[]> {
  if (names.length === 0) return [];
  const { rows } = await database.query<{ name: string }>(text, [projectId, names]);
  return rows.map(({ name }) => name);
}
