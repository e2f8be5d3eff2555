import { DEFAULT_LIMITS, type Limits, type ScheduleSpec } from "../../lib/domain/job.ts";
import { formatScheduleText } from "../../lib/domain/schedule.ts";
import { type PingPolicy, PLAIN_POLICY } from "../../lib/domain/ping-policy.ts";
import type { Instant } from "../../lib/domain/time.ts";
import type { Database } from "../../lib/store/client.ts";
import { insertJobRecord, type JobSettings } from "../../lib/store/jobs.ts";
import { hashKey } from "../../lib/store/secrets.ts";
import { offsetClock } from "./database.ts";

export type TestProject = { id: string; pingKey: string };

let count = 0;

/** A project with a ping key, without people. */
export async function makeProject({ pool }: Database): Promise<TestProject> {
  count += 1;
  const pingKey = `bfp_${String(count).padStart(24, "k")}`;
  const { rows } = await pool.query<{ id: string }>(
    `WITH project AS (INSERT INTO projects (name) VALUES ('Test') RETURNING id),
       key AS (INSERT INTO api_keys (project_id, scope, hash, prefix) SELECT id, 'ping', $1, 'bfp_' FROM project)
     SELECT id FROM project`,
    [hashKey(pingKey)],
  );
  return { id: rows[0]?.id ?? "", pingKey };
}

/** The only project of a database that is emptied for it, and whose clock is right from now on. */
export async function makeOnlyProject(database: Database): Promise<TestProject> {
  await database.pool.query("TRUNCATE projects, users, alerts CASCADE");
  await offsetClock(database, 0);
  return makeProject(database);
}

export function settingsOf(slug: string, schedule: ScheduleSpec, limits: Partial<Limits> = {}): JobSettings {
  return {
    slug,
    name: slug,
    description: "",
    tags: [],
    schedule,
    scheduleText: schedule.kind === "cron" ? schedule.expression : formatScheduleText(schedule),
    limits: { ...DEFAULT_LIMITS, ...limits },
    allChannels: true,
    environment: "production",
    pingPolicy: null,
  };
}

/** @returns its id. `since`: slots up to then do not count; by default all of them do. */
export async function makeJob(
  { pool }: Database,
  project: TestProject,
  options: {
    slug?: string;
    schedule?: ScheduleSpec;
    limits?: Partial<Limits>;
    since?: Instant;
    policy?: Partial<PingPolicy>;
  } = {},
): Promise<string> {
  count += 1;
  const settings = settingsOf(options.slug ?? `job-${count}`, options.schedule ?? { kind: "none" }, options.limits);
  if (options.policy !== undefined) settings.pingPolicy = { ...PLAIN_POLICY, ...options.policy };
  const job = await insertJobRecord(pool, { projectId: project.id, settings, code: null });
  if (job === null) throw new Error(`There is a job ${settings.slug} already.`);
  await pool.query("UPDATE jobs SET schedule_since = $2 WHERE id = $1", [job.id, new Date(options.since ?? 0)]);
  return job.id;
}

/** A channel that nothing is ever sent to. @returns its id. */
export async function makeChannel({ pool }: Database, project: TestProject, enabled = true): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO channels (project_id, kind, name, summary, settings, enabled)
     VALUES ($1, 'webhook', 'Hook', 'https://…', 'sealed', $2) RETURNING id`,
    [project.id, enabled],
  );
  return rows[0]?.id ?? "";
}
