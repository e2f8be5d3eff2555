import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import type { DrillRhythm } from "../domain/drill.ts";
import type { MissedByDrill, TestFacts } from "../domain/notice.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { channelsServing } from "./channel-sharing.ts";
import { addPeople } from "./deliveries-notices.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** Drills come after alarms and beside notices. */
const DRILL_PRIORITY = 1;

export type NewDrill = {
  projectId: string;
  /** Name of who asked for it; null: it was due. */
  requestedBy: string | null;
  /** Whether people can be reached by mail where no channel is switched on. */
  mailWorks: boolean;
};

/**
 * Gives every channel of a project itself that is switched on a marked test, or the people that its alarms go to where no
 * channel serves it. Channels of other projects are drilled by those.
 * Wakes the dispatchers with the commit. @returns how many messages leave.
 */
export async function insertDrill(client: PoolClient, drill: NewDrill): Promise<{ id: string; messages: number }> {
  const { projectId, requestedBy, mailWorks } = drill;
  const [id, alertId] = [randomUUID(), randomUUID()];
  await client.query("INSERT INTO drills (id, project_id, requested_by) VALUES ($1, $2, $3)", [
    id,
    projectId,
    requestedBy,
  ]);
  const facts: TestFacts = { requestedBy, drillId: id };
  await client.query(
    `INSERT INTO alerts (id, project_id, event, sequence, drill_id, created_at, facts)
     VALUES ($1, $2, 'test', 1, $3, belfry_now(), $4)`,
    [alertId, projectId, id, JSON.stringify(facts)],
  );
  const { rowCount } = await client.query(
    `INSERT INTO deliveries (alert_id, channel_id, priority, next_attempt_at, created_at)
     SELECT $1, id, ${DRILL_PRIORITY}, belfry_now(), belfry_now() FROM channels
     WHERE project_id = $2 AND enabled ORDER BY created_at, id`,
    [alertId, projectId],
  );
  const channels = rowCount ?? 0;
  const reached = await client.query(`SELECT FROM channels WHERE id IN ${channelsServing("$1")} AND enabled LIMIT 1`, [
    projectId,
  ]);
  const people = reached.rowCount === 1 ? [] : await addPeople(client, { alertId, projectId, mailWorks });
  await client.query("SELECT pg_notify('belfry_deliver', '')");
  return { id, messages: channels + people.length };
}

export type DrillSettings = { every: DrillRhythm; nextAt: Instant | null };

export async function findDrillSettings(database: Queryable, projectId: string): Promise<DrillSettings> {
  const { rows } = await database.query<{ every: DrillRhythm; nextAt: Date | null }>(
    `SELECT drill_every AS every, drill_at AS "nextAt" FROM projects WHERE id = $1`,
    [projectId],
  );
  const [row] = rows;
  return { every: row?.every ?? "never", nextAt: instantOf(row?.nextAt ?? null) };
}

export async function saveDrillSettings(
  database: Queryable,
  { projectId, every, nextAt }: { projectId: string } & DrillSettings,
): Promise<void> {
  await database.query("UPDATE projects SET drill_every = $2, drill_at = $3 WHERE id = $1", [
    projectId,
    every,
    nextAt === null ? null : new Date(nextAt),
  ]);
}

export type DueDrill = { projectId: string; every: Exclude<DrillRhythm, "never">; dueAt: Instant };

/** A project whose drill is due; nobody else takes it until the transaction ends. */
export async function claimDueDrill(client: PoolClient): Promise<DueDrill | null> {
  const { rows } = await client.query<Omit<DueDrill, "dueAt"> & { dueAt: Date }>(
    `SELECT id AS "projectId", drill_every AS every, drill_at AS "dueAt" FROM projects
     WHERE drill_at <= belfry_now() AND drill_every <> 'never' ORDER BY drill_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
  );
  const [row] = rows;
  return row === undefined ? null : { ...row, dueAt: instantOf(row.dueAt) };
}

export type UncheckedDrill = { id: string; projectId: string; startedAt: Instant };

/** A drill whose channels have had their time, marked as looked at; nobody else gets it. */
export async function claimUncheckedDrill(client: PoolClient, patienceMs: Millis): Promise<UncheckedDrill | null> {
  const { rows } = await client.query<Omit<UncheckedDrill, "startedAt"> & { startedAt: Date }>(
    `UPDATE drills SET checked_at = belfry_now() WHERE id = (
       SELECT id FROM drills WHERE checked_at IS NULL AND started_at <= belfry_now() - $1 * interval '1 millisecond'
       ORDER BY started_at LIMIT 1 FOR UPDATE SKIP LOCKED
     ) RETURNING id, project_id AS "projectId", started_at AS "startedAt"`,
    [patienceMs],
  );
  const [row] = rows;
  return row === undefined ? null : { ...row, startedAt: instantOf(row.startedAt) };
}

/** When a drill starts or is to be looked at next; it may have passed. */
export async function findNextDrill(database: Queryable, patienceMs: Millis): Promise<Instant | null> {
  const { rows } = await database.query<{ at: Date | null }>(
    `SELECT least((SELECT min(drill_at) FROM projects WHERE drill_every <> 'never'),
       (SELECT min(started_at) FROM drills WHERE checked_at IS NULL) + $1 * interval '1 millisecond') AS at`,
    [patienceMs],
  );
  return instantOf(rows[0]?.at ?? null);
}

/** What a drill came to: how many channels took it, and which did not. People without a channel count as channels. */
export async function loadDrillResult(
  database: Queryable,
  drillId: string,
): Promise<{ arrived: number; missing: MissedByDrill[] }> {
  const { rows } = await database.query<MissedByDrill & { sent: boolean }>(
    `SELECT coalesce(d.channel_id::text, '') AS "channelId", coalesce(c.name, d.recipient) AS channel, d.state = 'sent' AS sent,
       coalesce(d.last_error, 'No answer yet.') AS reason
     FROM deliveries d JOIN alerts a ON a.id = d.alert_id LEFT JOIN channels c ON c.id = d.channel_id
     WHERE a.drill_id = $1 AND (c.id IS NULL OR c.enabled) ORDER BY c.name, d.ordinal`,
    [drillId],
  );
  const missing = rows
    .filter(({ sent }) => !sent)
    .map(({ channelId, channel, reason }) => ({ channelId, channel, reason }));
  return { arrived: rows.length - missing.length, missing };
}
