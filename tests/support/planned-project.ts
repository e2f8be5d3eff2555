import type { PlannedDelivery } from "../../lib/domain/alerting/address.ts";
import type { HoldReason } from "../../lib/domain/alerting/hold.ts";
import type { OpenOutage } from "../../lib/domain/alerting/outage.ts";
import type { AlertChannel, AlertIncident, AlertJob, PendingAlert } from "../../lib/domain/alerting/pending.ts";
import { planAlerts, type Plan } from "../../lib/domain/alerting/plan.ts";
import type { Cause, JobAlertEvent, ResolveReason, Severity } from "../../lib/domain/incident.ts";
import { MINUTE, type Instant, type Millis } from "../../lib/domain/time.ts";
import { contextOf, counter, NOW } from "./pending.ts";

type Incident = AlertIncident & { job: AlertJob; severity: Severity; cause: Cause; events: number };

type Alert = {
  id: string;
  incident: Incident;
  event: JobAlertEvent;
  sequence: number;
  createdAt: Instant;
  planAt: Instant | null;
  hold: HoldReason | null;
  /** When it was planned or held for good. */
  decidedAt: Instant | null;
};

/** A delivery with the moment at which it was planned. */
export type StoredDelivery = PlannedDelivery & { plannedAt: Instant; outageId: string | null };

/** What one turn of the planner decided, and what it knew. */
export type Turn = { at: Instant; plan: Plan; asked: PendingAlert[] };

/** A project as the planner sees it, without a database: time passes, incidents come and go, and the planner takes its turns. */
export class PlannedProject {
  now: Instant = NOW;
  /** Whether no job waits for its verdict. */
  drained = true;
  readonly turns: Turn[] = [];
  readonly deliveries: StoredDelivery[] = [];
  readonly alerts: Alert[] = [];
  readonly incidents: Incident[] = [];
  readonly outages = new Map<string, OpenOutage>();
  readonly #newId = counter();
  readonly #channels: readonly AlertChannel[];
  readonly #jobs: readonly AlertJob[];

  constructor(channels: readonly AlertChannel[], jobs: readonly AlertJob[]) {
    this.#channels = channels;
    this.#jobs = jobs;
  }

  /** Does nothing where the job is in trouble already. */
  open(index: number, cause: Cause = "failed", severity: Severity = "critical"): void {
    const job = this.#jobs[index % this.#jobs.length];
    if (job === undefined || this.#openOf(job) !== undefined) return;
    const incident: Incident = {
      ...{ id: `incident ${this.incidents.length}`, job, severity, cause, events: 0 },
      ...{ openedAt: this.now, resolvedAt: null, resolveReason: null, acknowledgedAt: null, snoozedUntil: null },
      ...{ snoozedUntilSuccess: false, mutedAt: null, toldAt: null, outageId: null },
    };
    this.incidents.push(incident);
    this.#tell(incident, "opened");
  }

  end(index: number, reason: ResolveReason = "recovered"): void {
    const incident = this.#ofJob(index);
    if (incident === undefined) return;
    Object.assign(incident, { resolvedAt: this.now, resolveReason: reason });
    this.#tell(incident, "resolved");
  }

  say(index: number, event: "changed" | "reminder"): void {
    const incident = this.#ofJob(index);
    if (incident !== undefined) this.#tell(incident, event);
  }

  /** What a person does about a job's open incident. */
  handle(index: number, change: Partial<Pick<AlertIncident, "mutedAt" | "snoozedUntil" | "acknowledgedAt">>): void {
    const incident = this.#ofJob(index);
    if (incident !== undefined) Object.assign(incident, change);
  }

  /** Time passes; the planner takes a turn whenever something is due. */
  pass(ms: Millis): void {
    const end = this.now + ms;
    for (;;) {
      const dueAt = Math.min(...this.alerts.map(({ planAt }) => planAt ?? Infinity));
      if (dueAt > end) break;
      this.now = Math.max(this.now, dueAt);
      this.#plan();
    }
    this.now = end;
  }

  #openOf(job: AlertJob): Incident | undefined {
    return this.incidents.find((one) => one.job === job && one.resolvedAt === null);
  }

  #ofJob(index: number): Incident | undefined {
    const job = this.#jobs[index % this.#jobs.length];
    return job === undefined ? undefined : this.#openOf(job);
  }

  #tell(incident: Incident, event: JobAlertEvent): void {
    incident.events += 1;
    const id = `${incident.id} ${event} ${incident.events}`;
    const at = { createdAt: this.now, planAt: this.now, hold: null, decidedAt: null };
    this.alerts.push({ id, incident, event, sequence: incident.events, ...at });
  }

  #plan(): void {
    const waiting = this.alerts.filter(({ planAt }) => planAt !== null);
    const due = waiting.filter(({ planAt }) => planAt !== null && planAt <= this.now);
    const jobs = new Set(due.map(({ incident }) => incident.job));
    const ofJobs = waiting.filter(({ incident }) => jobs.has(incident.job));
    const outages = new Set(ofJobs.flatMap(({ incident }) => incident.outageId ?? []));
    const asked = waiting
      .filter(({ incident }) => jobs.has(incident.job) || outages.has(incident.outageId ?? ""))
      .map(pendingOf);
    const context = contextOf({
      channels: this.#channels,
      outages: this.#openOutages(outages),
      alone: this.#alone(),
      heard: this.#heard(),
      partly: this.#partly(),
      drained: this.drained,
      dueJobs: this.#jobs.length,
    });
    const plan = planAlerts(asked, context, { now: this.now, newId: this.#newId });
    this.turns.push({ at: this.now, plan, asked });
    this.#apply(plan);
  }

  #openOutages(asked: ReadonlySet<string>): OpenOutage[] {
    return [...this.outages.values()]
      .map((outage) => {
        const own = this.incidents.filter(({ outageId }) => outageId === outage.id);
        const ends = own.flatMap(({ resolvedAt }) => resolvedAt ?? []);
        const lastResolvedAt = ends.length === 0 ? null : Math.max(...ends);
        return { ...outage, open: own.length - ends.length, total: own.length, lastResolvedAt };
      })
      .filter(({ id, open }) => open > 0 || asked.has(id));
  }

  #alone() {
    return this.incidents.flatMap(({ id, job, severity, openedAt, toldAt, resolvedAt, outageId }) =>
      resolvedAt === null && outageId === null && toldAt !== null && openedAt > this.now - 2 * MINUTE
        ? [{ incidentId: id, jobId: job.id, severity, host: job.host, openedAt, toldAt }]
        : [],
    );
  }

  #heard(): Map<string, Set<string>> {
    const heard = new Map<string, Set<string>>();
    for (const { alert, channelId } of this.deliveries) {
      const by = heard.get(alert.incident.id) ?? new Set();
      heard.set(alert.incident.id, by.add(channelId ?? ""));
    }
    return heard;
  }

  #partly(): Map<string, Set<string>> {
    const partly = new Map<string, Set<string>>();
    const heard = this.#heard();
    const open = this.incidents.filter(({ resolvedAt }) => resolvedAt === null);
    for (const { alert, channelId, outageId } of this.deliveries) {
      const who = channelId ?? "";
      if (outageId === null || alert.event !== "resolved") continue;
      if (open.some((one) => one.outageId === outageId && heard.get(one.id)?.has(who) === true)) continue;
      partly.set(outageId, (partly.get(outageId) ?? new Set()).add(who));
    }
    return partly;
  }

  #apply(plan: Plan): void {
    const byId = new Map(this.alerts.map((alert) => [alert.id, alert]));
    const outageOf = new Map(plan.planned.map(({ alert, outageId }) => [alert.id, outageId]));
    for (const outage of plan.outages) this.outages.set(outage.id, outage);
    for (const { incidentId, outageId } of plan.members) this.#change(incidentId, { outageId });
    for (const { incidentId } of plan.told) this.#change(incidentId, { toldAt: this.now });
    for (const { alert, hold } of plan.held)
      decide(byId, alert.id, { planAt: hold.until, hold: hold.reason }, this.now);
    for (const { alert } of plan.planned) decide(byId, alert.id, { planAt: null, hold: null }, this.now);
    for (const delivery of plan.deliveries) {
      this.deliveries.push({ ...delivery, plannedAt: this.now, outageId: outageOf.get(delivery.alert.id) ?? null });
    }
  }

  #change(incidentId: string, change: Partial<Incident>): void {
    const incident = this.incidents.find(({ id }) => id === incidentId);
    if (incident !== undefined) Object.assign(incident, change);
  }
}

function decide(
  alerts: ReadonlyMap<string, Alert>,
  id: string,
  change: Pick<Alert, "planAt" | "hold">,
  now: Instant,
): void {
  const alert = alerts.get(id);
  if (alert !== undefined) Object.assign(alert, change, change.planAt === null ? { decidedAt: now } : {});
}

function pendingOf({ id, incident, event, sequence, createdAt, hold }: Alert): PendingAlert {
  const { job, severity, cause, events: _, ...known } = incident;
  return { id, event, sequence, createdAt, dueAt: createdAt, hold, severity, cause, job, incident: known };
}
