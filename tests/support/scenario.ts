import { DEFAULT_LIMITS, type Job, type Limits, type ScheduleSpec } from "../../lib/domain/job.ts";
import type { IncidentAlert, IncidentEvent } from "../../lib/domain/incident.ts";
import type { Ping, PingAction } from "../../lib/domain/ping.ts";
import type { Run } from "../../lib/domain/run.ts";
import { type Gap, type JobState, type StatusFacts, statusOf, type Transition } from "../../lib/domain/state.ts";
import type { Instant } from "../../lib/domain/time.ts";
import type { UnusualBounds } from "../../lib/domain/usual.ts";
import { newMemory } from "../../lib/domain/draft.ts";
import {
  applyDeadline,
  applyEdit,
  applyPause,
  applyPing,
  applyResume,
  statusFacts,
} from "../../lib/domain/transition.ts";

/** `"03:05"`, `"03:05:10"` or `"2 03:05"` (day 2) of March 2026, UTC; a number is an instant already. */
export type When = string | Instant;

export function instant(when: When): Instant {
  if (typeof when === "number") return when;
  const [, day = "1", time = ""] = /^(?:(\d+) )?([\d:.]+)$/.exec(when) ?? [];
  const [hour = "0", minute = "0", second = "0"] = time.split(":");
  return Date.UTC(2026, 2, Number(day), Number(hour), Number(minute)) + Math.round(Number(second) * 1000);
}

/** `"15:04:05"`, for assertions that read like the rule. */
export function clockTime(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString().slice(11, 19);
}

export const every = (everyMs: number): ScheduleSpec => ({ kind: "interval", everyMs });
export const NO_SCHEDULE: ScheduleSpec = { kind: "none" };

export function cron(expression: string, timeZone = "UTC"): ScheduleSpec {
  return { kind: "cron", dialect: "vixie", expression, timeZone };
}

let pingCount = 0;

export function makePing(action: PingAction, at: When, fields: Partial<Ping> = {}): Ping {
  pingCount += 1;
  return {
    id: `00000000-0000-7000-8000-${String(pingCount).padStart(12, "0")}`,
    action,
    exitCode: null,
    runId: null,
    receivedAt: instant(at),
    at: null,
    durationMs: null,
    host: null,
    source: "192.0.2.1",
    bodyDigest: "",
    hasBody: false,
    ...fields,
  };
}

/** One job under the rules: what is done to it in order, and everything that came of it. */
export class Scenario {
  state: JobState;
  /** Rows as the database would hold them. */
  readonly rows = new Map<number, Run>();
  readonly alerts: IncidentAlert[] = [];
  readonly events: IncidentEvent[] = [];
  checkAt: Instant | null = null;
  last: Transition | null = null;

  constructor(
    schedule: ScheduleSpec,
    limits: Partial<Limits> = {},
    options: { since?: When; gaps?: Gap[]; usual?: UnusualBounds } = {},
  ) {
    const job: Job = {
      id: "7b0c9f0e-0000-4000-8000-000000000001",
      schedule,
      scheduleSince: instant(options.since ?? "00:00"),
      limits: { ...DEFAULT_LIMITS, ...limits },
      usual: options.usual ?? null,
    };
    this.state = { ...newMemory(), job, gaps: options.gaps ?? [] };
  }

  ping(action: PingAction, at: When, fields: Partial<Ping> = {}): this {
    return this.apply(makePing(action, at, fields));
  }

  apply(ping: Ping): this {
    return this.#take(applyPing(this.state, ping, ping.receivedAt));
  }

  sweep(at: When): this {
    return this.#take(applyDeadline(this.state, instant(at)));
  }

  pause(at: When): this {
    return this.#take(applyPause(this.state, instant(at)));
  }

  resume(at: When): this {
    return this.#take(applyResume(this.state, instant(at)));
  }

  edit(at: When, change: { schedule?: ScheduleSpec; limits?: Partial<Limits> }): this {
    const { job } = this.state;
    const edited = { ...job, schedule: change.schedule ?? job.schedule, limits: { ...job.limits, ...change.limits } };
    return this.#take(applyEdit(this.state, edited, instant(at)));
  }

  gap(from: When, to: When): this {
    this.state = { ...this.state, gaps: [...this.state.gaps, { from: instant(from), to: instant(to) }] };
    return this;
  }

  status(at: When): string {
    return statusOf(this.facts(), instant(at));
  }

  facts(): StatusFacts {
    return statusFacts(this.state);
  }

  /** Rows in order of their numbers, as `outcome@slot×count`, with `-` for no slot. */
  story(): string[] {
    return this.runs().map((run) => {
      const times = run.count > 1 ? `×${run.count}` : "";
      return `${run.outcome}@${clockTime(run.slotAt)?.slice(0, 5) ?? "-"}${times}`;
    });
  }

  runs(): Run[] {
    return [...this.rows.values()].sort((a, b) => a.number - b.number);
  }

  /** Alerts in order, as `event cause`. */
  told(): string[] {
    return this.alerts.map((alert) => `${alert.event} ${alert.facts.cause}`);
  }

  #take(transition: Transition): this {
    this.state = transition.state;
    this.checkAt = transition.checkAt;
    this.last = transition;
    for (const number of transition.removedRuns) this.rows.delete(number);
    for (const run of transition.runs) this.rows.set(run.number, run);
    this.alerts.push(...transition.alerts);
    this.events.push(...transition.incidents);
    return this;
  }
}
