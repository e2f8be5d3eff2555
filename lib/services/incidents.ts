import { can } from "../auth/rules.ts";
import type { Cause } from "../domain/incident.ts";
import type { Instant } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import {
  countOpenIncidents,
  findIncidentRecord,
  type IncidentRecord,
  listIncidentRecords,
  listIncidentsOfOutage,
} from "../store/incidents.ts";
import { type IncidentEventRecord, listIncidentEvents } from "../store/incident-events.ts";
import { listUntoldAlarms, type UntoldAlarm } from "../store/incidents-untold.ts";
import { findOutageRecord, type OutageRecord } from "../store/outages.ts";
import type { Queryable } from "../store/queryable.ts";
import { isUuid, requireOwned, requireProject } from "./access.ts";
import { type AlertRow, listAlerts } from "./alerts.ts";
import type { Ctx } from "./context.ts";
import { parseLimit } from "./input.ts";

export type IncidentRow = IncidentRecord & {
  /** What happened in a few words, without times: those are in the fields. */
  title: string;
};

export type IncidentPage = IncidentRow & {
  /** Oldest first. */
  timeline: IncidentEventRecord[];
  /** Who was told over what, and whether it arrived. */
  alerts: AlertRow[];
  /** Of which trouble it is a part, with the first of its other incidents, the open ones before the rest. */
  outage: (OutageRecord & { others: IncidentRow[] }) | null;
  /** Whether whoever asks may act on it. */
  mayHandle: boolean;
  now: Instant;
};

/** `untold`: its alarm, where nobody was told of it, or not yet. */
type ListedIncident = IncidentRow & { untold: UntoldAlarm | null };

export type IncidentList = {
  incidents: ListedIncident[];
  openCount: number;
  /** Open ones of which nobody takes care. */
  waitingCount: number;
  mayHandle: boolean;
  /** Give it as `before` for the next page; null at the end. */
  nextBefore: string | null;
};

/** Open ones that nobody takes care of, then other open ones, then the rest, each newest first; `limit` 1–500, 50 by default. */
export async function listIncidents(
  ctx: Ctx,
  input: {
    projectId: string;
    jobId?: string;
    state?: "open" | "waiting" | "resolved";
    before?: string;
    limit?: number;
  },
): Promise<IncidentList> {
  const project = await requireProject(ctx, input.projectId, "see");
  const { pool } = ctx.database;
  const limit = parseLimit(input.limit);
  const { jobId = null, state = null } = input;
  const mayHandle = can(project.role, "handle-incidents");
  if (jobId !== null && !isUuid(jobId)) return { ...NONE, mayHandle };
  const [found, counts] = await Promise.all([
    listByUrgency(pool, {
      ...{ projectId: project.id, jobId, groups: state === null ? ALL : GROUPS[state] },
      after: input.before === undefined ? null : parsePlace(input.before),
      limit: limit + 1,
    }),
    countOpenIncidents(pool, project.id),
  ]);
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  const untold = await listUntoldAlarms(
    pool,
    shown.map(({ record }) => record.id),
  );
  return {
    incidents: shown.map(({ record }) => ({ ...incidentRowOf(record), untold: untold.get(record.id) ?? null })),
    ...{ openCount: counts.open, waitingCount: counts.waiting, mayHandle },
    nextBefore: last === undefined ? null : placeOf(last),
  };
}

const NONE = { incidents: [], openCount: 0, waitingCount: 0, nextBefore: null };

/** Incidents of a project or of one of its jobs, newest first, for scripts; all of them without a `limit`. */
export async function reportIncidents(
  ctx: Ctx,
  input: { projectId: string; jobId?: string; state?: IncidentRecord["state"]; limit?: number },
): Promise<IncidentRow[]> {
  const project = await requireProject(ctx, input.projectId, "see");
  const { jobId = null, state = null, limit = null } = input;
  if (jobId !== null && !isUuid(jobId)) return [];
  const filter = { projectId: project.id, jobId, state, after: null, limit };
  return (await listIncidentRecords(ctx.database.pool, filter)).map(incidentRowOf);
}

type Group = "waiting" | "attended" | "resolved";

const ALL: readonly Group[] = ["waiting", "attended", "resolved"];

const GROUPS: Readonly<Record<"open" | "waiting" | "resolved", readonly Group[]>> = {
  open: ["waiting", "attended"],
  waiting: ["waiting"],
  resolved: ["resolved"],
};

type Place = { group: Group; openedAt: Instant; id: string };

type Grouped = { group: Group; record: IncidentRecord };

/** One group after the other, as each has an order of its own that an index gives. */
async function listByUrgency(
  database: Queryable,
  input: { projectId: string; jobId: string | null; groups: readonly Group[]; after: Place | null; limit: number },
): Promise<Grouped[]> {
  const { projectId, jobId, groups, after, limit } = input;
  const found: Grouped[] = [];
  for (const group of after === null ? groups : groups.slice(Math.max(0, groups.indexOf(after.group)))) {
    const room = limit - found.length;
    if (room === 0) break;
    const from = after?.group === group ? after : null;
    const records = await listIncidentRecords(database, { projectId, jobId, state: group, after: from, limit: room });
    found.push(...records.map((record) => ({ group, record })));
  }
  return found;
}

function placeOf({ group, record }: Grouped): string {
  return `${group}_${record.openedAt}_${record.id}`;
}

function parsePlace(text: string): Place {
  const [name = "", time = "", id = ""] = text.split("_");
  const group = ALL.find((known) => known === name);
  if (group !== undefined && /^\d{1,15}$/.test(time) && isUuid(id)) return { group, openedAt: Number(time), id };
  throw new AppError("invalid", "This page of incidents does not exist; go back to the first one.", "before");
}

/** @throws AppError `not-found`, also for strangers. */
export async function getIncident(ctx: Ctx, input: { incidentId: string }): Promise<IncidentPage> {
  const { pool } = ctx.database;
  const found = isUuid(input.incidentId) ? await findIncidentRecord(pool, input.incidentId) : null;
  const missing = new AppError("not-found", `There is no incident with the id "${input.incidentId}".`, "incidentId");
  const incident = await requireOwned(ctx, found, { action: "see", missing });
  const [timeline, alerts, outage] = await Promise.all([
    listIncidentEvents(pool, incident.id),
    listAlerts(pool, [incident.id]),
    loadOutage(pool, incident),
  ]);
  const mayHandle = can(incident.project.role, "handle-incidents");
  return { ...incidentRowOf(incident), timeline, alerts, outage, mayHandle, now: ctx.clock.now() };
}

const OTHERS_SHOWN = 50;

async function loadOutage(
  database: Queryable,
  { id, outageId }: Pick<IncidentRecord, "id" | "outageId">,
): Promise<IncidentPage["outage"]> {
  const outage = outageId === null ? null : await findOutageRecord(database, outageId);
  if (outage === null) return null;
  const all = await listIncidentsOfOutage(database, outage.id, OTHERS_SHOWN + 1);
  const others = all.filter((other) => other.id !== id).slice(0, OTHERS_SHOWN);
  return { ...outage, others: others.map(incidentRowOf) };
}

const TITLES: Readonly<Record<Cause, string>> = {
  missed: "Missed: no sign of the run came in time",
  failed: "Failed: the run said that it did not succeed",
  overlong: "Too long: the run did not end within its limit",
  overlap: "Overlap: two runs were going at once",
  abandoned: "Abandoned: the run began and its end never came",
  slow: "Slow: a run took far longer than usual",
  fast: "Fast: a run took far less time than usual",
  "too-often": "Too often: runs come that no slot asks for",
  "never-pinged": "Never pinged: the job was set up and not heard of since",
};

/** A record as lists show it. */
export function incidentRowOf(record: IncidentRecord): IncidentRow {
  const { id, jobId, jobName, jobSlug, projectId, number, severity, cause, state, openedAt, resolvedAt } = record;
  const { resolveReason, runNumber, badCount, missedCount, host, exitCode } = record;
  const { acknowledgedAt, acknowledgedBy, snoozedUntil, snoozedUntilSuccess, mutedAt, outageId } = record;
  return {
    ...{ id, jobId, jobName, jobSlug, projectId, number, severity, cause, state, openedAt, resolvedAt },
    ...{ resolveReason, runNumber, badCount, missedCount, host, exitCode },
    ...{ acknowledgedAt, acknowledgedBy, snoozedUntil, snoozedUntilSuccess, mutedAt, outageId },
    title: TITLES[cause],
  };
}
