import { randomUUID } from "node:crypto";
import { createLinkSigner } from "../../lib/delivery/signed-link.ts";
import type { AlertEvent, AlertFacts, ResolveReason } from "../../lib/domain/incident.ts";
import type { Database } from "../../lib/store/client.ts";
import { createSecretBox } from "../../lib/store/secrets.ts";
import { makeJob, makeProject, type TestProject } from "./jobs.ts";

/** Seals the settings of channels made here. */
export const TEST_SECRET_KEY = "a key for tests that nobody else ever has";
export const TEST_SECRETS = createSecretBox(TEST_SECRET_KEY);

export const TEST_LINKS = createLinkSigner("a key for tests that nobody else ever has");

export type TestIncident = { id: string; jobId: string; projectId: string };

const FACTS: AlertFacts = {
  cause: "failed",
  severity: "critical",
  openedAt: Date.UTC(2025, 2, 4),
  runNumber: 1,
  slotAt: null,
  deadlineAt: null,
  graceMs: null,
  maxRuntimeMs: null,
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  exitCode: 3,
  host: null,
  openRuns: 0,
  lastOkAt: null,
  okStreak: 0,
  nextSlotAt: null,
  resolveReason: null,
  badCount: 1,
  missedCount: 0,
};

/** A channel whose settings can be opened. @returns its id. */
export async function addChannel(
  { pool }: Database,
  project: TestProject,
  channel: { url: string } | { to: string },
  name = "Ops",
): Promise<string> {
  const kind = "to" in channel ? "email" : "webhook";
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO channels (project_id, kind, name, summary, settings) VALUES ($1, $2, $3, '…', $4) RETURNING id`,
    [project.id, kind, name, TEST_SECRETS.seal(JSON.stringify(channel))],
  );
  return rows[0]?.id ?? "";
}

/** An open incident of a new job, of which nobody has been told. */
export async function addIncident(database: Database, project: TestProject, slug?: string): Promise<TestIncident> {
  const jobId = await makeJob(database, project, { slug });
  const id = randomUUID();
  await database.pool.query(
    `INSERT INTO incidents (id, job_id, project_id, number, severity, cause, state, run_number, opened_at)
     VALUES ($1, $2, $3, 1, 'critical', 'failed', 'open', 1, belfry_now())`,
    [id, jobId, project.id],
  );
  return { id, jobId, projectId: project.id };
}

/** Says over these channels that something happened to an incident. @returns ids of the deliveries, in the channels' order. */
export async function addAlert(
  { pool }: Database,
  incident: TestIncident,
  event: Extract<AlertEvent, "opened" | "resolved">,
  channelIds: readonly string[],
  facts: Partial<AlertFacts> = {},
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH alert AS (
       INSERT INTO alerts (id, project_id, job_id, incident_id, event, sequence, created_at, facts)
       VALUES ($1, $2, $3, $4, $5, 1, belfry_now(), $6) RETURNING *
     )
     INSERT INTO deliveries (alert_id, channel_id, job_id, next_attempt_at, lag_from, created_at)
     SELECT alert.id, c.id, alert.job_id, alert.created_at, alert.created_at, alert.created_at
     FROM alert, unnest($7::uuid[]) WITH ORDINALITY AS c(id, position) ORDER BY c.position RETURNING id`,
    [
      randomUUID(),
      incident.projectId,
      incident.jobId,
      incident.id,
      event,
      JSON.stringify({ ...FACTS, ...facts }),
      channelIds,
    ],
  );
  return rows.map((row) => row.id);
}

/** Ends an incident and says so. */
export async function addRecovery(
  database: Database,
  incident: TestIncident,
  channelIds: readonly string[],
  resolveReason: ResolveReason = "recovered",
): Promise<string[]> {
  await database.pool.query(
    "UPDATE incidents SET state = 'resolved', resolved_at = belfry_now(), resolve_reason = $2 WHERE id = $1",
    [incident.id, resolveReason],
  );
  return addAlert(database, incident, "resolved", channelIds, { resolveReason });
}

/** A project with its channels at these addresses, named after their position. */
export async function addProject(
  database: Database,
  channels: readonly ({ url: string } | { to: string })[],
): Promise<{ project: TestProject; channelIds: string[] }> {
  const project = await makeProject(database);
  const channelIds: string[] = [];
  for (const [index, channel] of channels.entries()) {
    channelIds.push(await addChannel(database, project, channel, `Channel ${index + 1}`));
  }
  return { project, channelIds };
}

export type StoredDelivery = {
  id: string;
  state: string;
  attempts: number;
  lastError: string | null;
  event: AlertEvent;
  recipient: string | null;
  channelId: string | null;
  facts: Record<string, unknown>;
};

/** Every delivery in the order of writing. */
export async function listStored({ pool }: Database): Promise<StoredDelivery[]> {
  const { rows } = await pool.query<StoredDelivery>(
    `SELECT d.id, d.state, d.attempts, d.last_error AS "lastError", a.event, d.recipient, d.channel_id AS "channelId", a.facts
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id ORDER BY d.ordinal`,
  );
  return rows;
}

/** A person. @returns the address. */
export async function addPerson(
  { pool }: Database,
  email: string,
  role: { operator?: boolean; owns?: TestProject } = {},
): Promise<string> {
  await pool.query(`INSERT INTO users (id, email, name, operator, updated_at) VALUES ($1, $2, $2, $3, belfry_now())`, [
    randomUUID(),
    email,
    role.operator ?? false,
  ]);
  if (role.owns !== undefined) {
    await pool.query(
      "INSERT INTO members (project_id, user_id, role) SELECT $1, id, 'owner' FROM users WHERE email = $2",
      [role.owns.id, email],
    );
  }
  return email;
}
