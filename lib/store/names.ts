import { channelsServing } from "./channel-sharing.ts";
import type { Queryable } from "./queryable.ts";

/** What people call by a name where programs take its id. */
export type NamedKind = "project" | "channel" | "job";

export type NamedRecord = {
  id: string;
  /** What it is called; of a job `slug`, or `environment/slug` outside production. */
  label: string;
  /** Name of the project that it belongs to; null for a project. */
  project: string | null;
  /** How well the word fits, 0 best: a slug before a name, a name as it is written before one in other letters. */
  rank: number;
};

// `$1`: only in this project; null: in all of them.
const THINGS: Readonly<Record<NamedKind, string>> = {
  project: `SELECT id, name, name AS label, NULL::text AS project, NULL::text AS slug, NULL::text AS path, number AS place
    FROM projects WHERE $1::uuid IS NULL OR id = $1`,
  channel: `SELECT c.id, c.name, c.name AS label, p.name AS project, NULL::text AS slug, NULL::text AS path, c.created_at AS place
    FROM channels c JOIN projects p ON p.id = c.project_id WHERE $1::uuid IS NULL OR c.id IN ${channelsServing("$1")}`,
  job: `SELECT j.id, j.name, CASE WHEN j.environment = 'production' THEN j.slug ELSE j.environment || '/' || j.slug END AS label,
      p.name AS project, j.slug, j.environment || '/' || j.slug AS path, (j.slug, j.environment <> 'production', j.environment) AS place
    FROM jobs j JOIN projects p ON p.id = j.project_id WHERE $1::uuid IS NULL OR j.project_id = $1`,
};

/** Those that a word names, best first, or with `word` null any; at most `limit`. */
export async function listNamed(
  database: Queryable,
  { kind, word, projectId, limit }: { kind: NamedKind; word: string | null; projectId: string | null; limit: number },
): Promise<NamedRecord[]> {
  const { rows } = await database.query<NamedRecord>(
    `SELECT id, label, project, rank FROM (
       SELECT *, CASE WHEN $2::text IS NULL OR $2 = slug OR $2 = path THEN 0 WHEN $2 = name THEN 1
         WHEN lower($2) = lower(name) THEN 2 END AS rank
       FROM (${THINGS[kind]}) things
     ) ranked WHERE rank IS NOT NULL ORDER BY rank, place, id LIMIT $3`,
    [projectId, word, limit],
  );
  return rows;
}
