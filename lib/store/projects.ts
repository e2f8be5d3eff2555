import type { Millis } from "../domain/time.ts";
import { channelsServing } from "./channel-sharing.ts";
import { instantOf, type Queryable } from "./queryable.ts";

export type ProjectRecord = {
  id: string;
  number: number;
  name: string;
  createdAt: number;
  /** How long runs, pings and closed incidents are kept. */
  keepDays: number;
  /** How many runs of each job; null: as many as there are. */
  keepRuns: number | null;
  /** What is masked in messages beside what looks like a secret anywhere. */
  maskPatterns: string[];
  /** How long after an alarm people are reminded first; null: never. */
  remindAfterMs: Millis | null;
  /** The asking user's role; null for whoever is no member. */
  role: string | null;
};

type Row = Omit<ProjectRecord, "createdAt"> & { createdAt: Date };

const COLUMNS = `p.id, p.number, p.name, p.created_at AS "createdAt", p.keep_days AS "keepDays", p.keep_runs AS "keepRuns",
  p.mask_patterns AS "maskPatterns", p.remind_after_ms AS "remindAfterMs"`;

/** Projects of a user, oldest first; with `userId` null all of them. */
export async function listProjectRecords(database: Queryable, userId: string | null): Promise<ProjectRecord[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS}, m.role FROM projects p LEFT JOIN members m ON m.project_id = p.id AND m.user_id = $1
     WHERE $1::text IS NULL OR m.user_id IS NOT NULL ORDER BY p.number`,
    [userId],
  );
  return rows.map(recordOf);
}

/** The project with the role of that user in it. */
export async function findProjectRecord(
  database: Queryable,
  projectId: string,
  userId: string | null,
): Promise<ProjectRecord | null> {
  const { rows } = await database.query<Row>(
    `SELECT ${COLUMNS}, m.role FROM projects p LEFT JOIN members m ON m.project_id = p.id AND m.user_id = $2
     WHERE p.id = $1`,
    [projectId, userId],
  );
  const [row] = rows;
  return row === undefined ? null : recordOf(row);
}

function recordOf(row: Row): ProjectRecord {
  return { ...row, createdAt: instantOf(row.createdAt) };
}

export async function countProjectParts(
  database: Queryable,
  projectId: string,
): Promise<{ jobCount: number; channelCount: number }> {
  const { rows } = await database.query<{ jobCount: number; channelCount: number }>(
    `SELECT (SELECT count(*) FROM jobs WHERE project_id = $1) AS "jobCount",
            (SELECT count(*) FROM channels WHERE id IN ${channelsServing("$1")}) AS "channelCount"`,
    [projectId],
  );
  return rows[0] ?? { jobCount: 0, channelCount: 0 };
}

export type ProjectOverview = Pick<ProjectRecord, "id" | "number" | "name"> & {
  /** Its oldest keys still valid, encrypted; null where it has none. */
  pingKey: string | null;
  dsnKey: string | null;
  jobCount: number;
  openIncidents: number;
};

/** Of every project, oldest first. */
export async function listProjectOverviews(database: Queryable, limit: number): Promise<ProjectOverview[]> {
  const { rows } = await database.query<ProjectOverview>(
    `SELECT p.id, p.number, p.name, (${sealedKey("p.id", "'ping'")}) AS "pingKey", (${sealedKey("p.id", "'dsn'")}) AS "dsnKey",
       (SELECT count(*) FROM jobs j WHERE j.project_id = p.id) AS "jobCount",
       (SELECT count(*) FROM incidents i WHERE i.project_id = p.id AND i.state = 'open') AS "openIncidents"
     FROM projects p ORDER BY p.number LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Makes a project with its owner. */
export async function insertProject(
  client: Queryable,
  input: { name: string; ownerId: string },
): Promise<{ id: string; name: string; number: number }> {
  const { rows } = await client.query<{ id: string; name: string; number: number }>(
    `WITH project AS (INSERT INTO projects (name) VALUES ($1) RETURNING id, name, number), owner AS (
       INSERT INTO members (project_id, user_id, role) SELECT id, $2, 'owner' FROM project
     )
     SELECT id, name, number FROM project`,
    [input.name, input.ownerId],
  );
  const [project] = rows;
  if (project === undefined) throw new Error("The insert of a project returned nothing.");
  return project;
}

export async function updateProjectRecord(
  client: Queryable,
  project: Pick<ProjectRecord, "id" | "name" | "keepDays" | "keepRuns" | "maskPatterns" | "remindAfterMs">,
): Promise<void> {
  await client.query(
    "UPDATE projects SET name = $2, keep_days = $3, keep_runs = $4, mask_patterns = $5, remind_after_ms = $6 WHERE id = $1",
    [...[project.id, project.name, project.keepDays, project.keepRuns, project.maskPatterns, project.remindAfterMs]],
  );
}

export type KeyRecord = {
  projectId: string;
  scope: "ping" | "dsn" | "read" | "write";
  hash: Buffer;
  prefix: string;
  /** Null for keys that are shown only once. */
  encrypted: string | null;
};

export async function insertKey(client: Queryable, key: KeyRecord): Promise<{ id: string }> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO api_keys (project_id, scope, hash, prefix, encrypted) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    [key.projectId, key.scope, key.hash, key.prefix, key.encrypted],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("The insert of a key returned nothing.");
  return row;
}

const sealedKey = (project: string, scope: string): string => `SELECT encrypted FROM api_keys
  WHERE project_id = ${project} AND scope = ${scope} AND encrypted IS NOT NULL
    AND (expires_at IS NULL OR expires_at > belfry_now()) ORDER BY created_at, id LIMIT 1`;

/** The oldest key of that scope still valid, encrypted. */
export async function findSealedKey(
  database: Queryable,
  projectId: string,
  scope: "ping" | "dsn",
): Promise<string | null> {
  const { rows } = await database.query<{ encrypted: string }>(sealedKey("$1", "$2"), [projectId, scope]);
  return rows[0]?.encrypted ?? null;
}

/** Lets nobody else change the project until the transaction ends. */
export async function lockProject(client: Queryable, projectId: string): Promise<void> {
  await client.query("SELECT 1 FROM projects WHERE id = $1 FOR NO KEY UPDATE", [projectId]);
}
