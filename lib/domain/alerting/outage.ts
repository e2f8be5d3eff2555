import { groupBy } from "../group-by.ts";
import { MINUTE, type Instant, type Millis } from "../time.ts";
import type { AlertingContext, LoneIncident, PendingAlert } from "./pending.ts";

/** Several incidents that are one trouble, told in one message: of a machine, or of most of what a project had to do. */
export type OpenOutage = {
  id: string;
  kind: "host" | "project";
  /** Name or address of the machine; null for a project's. */
  host: string | null;
  openedAt: Instant;
  /** When its latest incident opened. */
  latestAt: Instant;
  /** When its first message was planned. */
  toldAt: Instant | null;
  /** No follow-up before it. */
  nextMessageAt: Instant | null;
  /** Its incidents that are open, and all of them. */
  open: number;
  total: number;
  /** When the latest of them recovered. */
  lastResolvedAt: Instant | null;
};

/** What alarms that may be told now come to. */
export type Grouping = {
  /** New ones, and those that grew. */
  outages: OpenOutage[];
  /** Incidents that are of an outage from now on, those among them that were told alone. Others are told alone. */
  members: { incidentId: string; outageId: string }[];
};

/** Incidents that open within this time of each other may be one outage. */
const TOGETHER_MS: Millis = MINUTE;
const LEAST_OF_HOST = 2;
const LEAST_OF_PROJECT = 3;

type Candidates = { alarms: readonly PendingAlert[]; alone: readonly LoneIncident[] };

/** Finds out which of these alarms are one trouble. `newId` names new outages. */
export function groupAlarms(alarms: readonly PendingAlert[], context: AlertingContext, newId: () => string): Grouping {
  const grouping: Grouping = { outages: [], members: [] };
  const { joining, left } = joinOpen(alarms, context.outages);
  for (const { outage, alarms: own } of joining) enter(grouping, grow(outage, own), { alarms: own, alone: [] });
  const wide = projectWide(left, context);
  if (wide !== null) enter(grouping, newOutage({ id: newId(), kind: "project", host: null }, wide), wide);
  const members = new Set(grouping.members.map(({ incidentId }) => incidentId));
  const rest = left.filter(({ incident }) => !members.has(incident.id));
  const lone = context.alone.filter(({ incidentId }) => !members.has(incidentId));
  const loneOf = groupBy(lone, ({ host }) => host);
  for (const [host, own] of groupBy(rest, ({ job }) => job.host)) {
    const alone = (loneOf.get(host) ?? []).filter(nearTo(own));
    if (host === null || countJobs({ alarms: own, alone }) < LEAST_OF_HOST) continue;
    const found = { alarms: own, alone };
    enter(grouping, newOutage({ id: newId(), kind: "host", host }, found), found);
  }
  return grouping;
}

/** Alarms of outages that are open already. One that waited for a follow-up is a member and not counted again. */
function joinOpen(
  alarms: readonly PendingAlert[],
  outages: readonly OpenOutage[],
): { joining: { outage: OpenOutage; alarms: PendingAlert[] }[]; left: PendingAlert[] } {
  const joining = outages.map((outage) => ({ outage, alarms: [] as PendingAlert[], latestAt: outage.latestAt }));
  const left: PendingAlert[] = [];
  for (const alarm of alarms) {
    const own = joining.find((one) => one.outage.id === alarm.incident.outageId);
    const fit = own ?? joining.find((one) => takes(one, alarm));
    if (fit === undefined) left.push(alarm);
    else {
      fit.alarms.push(alarm);
      fit.latestAt = Math.max(fit.latestAt, alarm.incident.openedAt);
    }
  }
  return { joining: joining.filter((one) => one.alarms.length > 0), left };
}

/** An outage goes on while its incidents follow each other closely; a silent machine stays silent, whatever its jobs' hours. */
function takes(
  { outage, latestAt }: { outage: OpenOutage; latestAt: Instant },
  { job, incident, cause, severity }: PendingAlert,
): boolean {
  const isOfIts = outage.kind === "host" ? outage.host === job.host : severity === "critical";
  if (outage.open === 0 || !isOfIts) return false;
  const near = Math.abs(incident.openedAt - latestAt) <= TOGETHER_MS;
  return near || (outage.kind === "host" && cause === "missed" && outage.open === outage.total);
}

function grow(outage: OpenOutage, alarms: readonly PendingAlert[]): OpenOutage {
  const added = alarms.filter(({ incident }) => incident.outageId !== outage.id);
  return {
    ...outage,
    latestAt: Math.max(outage.latestAt, ...alarms.map(({ incident }) => incident.openedAt)),
    open: outage.open + countOpen(added),
    total: outage.total + added.length,
  };
}

/** More than half of what the project had to do, on more than one machine: else it is that machine's outage. */
function projectWide(alarms: readonly PendingAlert[], { alone, dueJobs }: AlertingContext): Candidates | null {
  const critical = alarms.filter(({ severity }) => severity === "critical");
  const near = alone.filter(({ severity }) => severity === "critical").filter(nearTo(critical));
  const found = { alarms: critical, alone: near };
  const jobs = countJobs(found);
  if (jobs < LEAST_OF_PROJECT || jobs * 2 <= dueJobs) return null;
  const hosts = new Set([...critical.map(({ job }) => job.host), ...near.map(({ host }) => host)]);
  return hosts.size === 1 && !hosts.has(null) ? null : found;
}

function newOutage(named: Pick<OpenOutage, "id" | "kind" | "host">, { alarms, alone }: Candidates): OpenOutage {
  const opened = [...alarms.map(({ incident }) => incident.openedAt), ...alone.map(({ openedAt }) => openedAt)];
  return {
    ...named,
    ...{ openedAt: Math.min(...opened), latestAt: Math.max(...opened) },
    // What was told alone was its first message; the rest is told at once, as people know of one job only.
    toldAt: alone.length === 0 ? null : Math.min(...alone.map(({ toldAt }) => toldAt)),
    nextMessageAt: null,
    ...{ open: countOpen(alarms) + alone.length, total: opened.length, lastResolvedAt: null },
  };
}

function enter(grouping: Grouping, outage: OpenOutage, { alarms, alone }: Candidates): void {
  grouping.outages.push(outage);
  for (const alarm of alarms) {
    grouping.members.push({ incidentId: alarm.incident.id, outageId: outage.id });
  }
  for (const { incidentId } of alone) grouping.members.push({ incidentId, outageId: outage.id });
}

/** Whether an incident opened close to one of these alarms. In a storm there are thousands of both. */
function nearTo(alarms: readonly PendingAlert[]): (one: LoneIncident) => boolean {
  const times = alarms.map(({ incident }) => incident.openedAt).toSorted((a, b) => a - b);
  return ({ openedAt }) => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((times[middle] ?? Infinity) < openedAt - TOGETHER_MS) low = middle + 1;
      else high = middle;
    }
    return (times[low] ?? Infinity) <= openedAt + TOGETHER_MS;
  };
}

function countOpen(alarms: readonly PendingAlert[]): number {
  return alarms.filter(({ incident }) => incident.resolvedAt === null).length;
}

function countJobs({ alarms, alone }: Candidates): number {
  return new Set([...alarms.map(({ job }) => job.id), ...alone.map(({ jobId }) => jobId)]).size;
}
