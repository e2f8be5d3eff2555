import type { Queryable } from "./queryable.ts";

const NAME = "zone-data";

/** The release of tzdata by which deadlines were last computed; null before the first start. */
export async function findZoneVersion(database: Queryable): Promise<string | null> {
  const { rows } = await database.query<{ value: string }>("SELECT value FROM settings WHERE name = $1", [NAME]);
  return rows[0]?.value ?? null;
}

/** Notes that all deadlines follow from this release. */
export async function saveZoneVersion(database: Queryable, version: string): Promise<void> {
  await database.query(
    "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [NAME, version],
  );
}

/** Jobs whose schedule may depend on a time zone, in order of their ids. An expression may name a zone of its own. */
export async function listCronJobIds(
  database: Queryable,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    "SELECT id FROM jobs WHERE schedule_kind = 'cron' AND project_id IS NOT NULL AND id > $1 ORDER BY id LIMIT $2",
    [after, limit],
  );
  return rows.map((row) => row.id);
}
