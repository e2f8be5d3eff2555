import type { Instant, Millis } from "./time.ts";
import type { UnusualBounds } from "./usual.ts";

/** When a job should run, as its owner wrote it. `compileSchedule` turns it into a `Schedule`. */
export type ScheduleSpec =
  | { kind: "cron"; dialect: Dialect; expression: string; timeZone: string }
  | { kind: "interval"; everyMs: Millis }
  | { kind: "none" };

/** Whose rules a cron expression follows. `auto`: nobody said, so it is guessed, and may be one of several. */
export type Dialect = NamedDialect | "auto";

/** The schedulers that Belfry knows, one row each in schedule/dialects.ts. */
export type NamedDialect =
  | "vixie"
  | "cronie"
  | "cronie-crontz"
  | "busybox"
  | "systemd"
  | "kubernetes"
  | "sidekiq"
  | "spring"
  | "quartz"
  | "hangfire"
  | "celery"
  | "bullmq"
  | "node-cron"
  | "github"
  | "eventbridge";

export type OverlapPolicy = "alert" | "allow";
export type UnusualPolicy = "alert" | "ignore";

/** Each limit works alone. Null means the rule's default; docs/architecture.md lists the rules. */
export type Limits = {
  /** How late the first sign of a run may be. Null: a fifth of the interval, between 60 s and 1 h. */
  graceMs: Millis | null;
  /** How long a run may take. Null: no limit. */
  maxRuntimeMs: Millis | null;
  /** How long a run must take at least. Null: no limit. */
  minRuntimeMs: Millis | null;
  /** Delay that the scheduler itself adds; inside it a job is not late. */
  jitterMs: Millis;
  /** Bad verdicts in a row that open an incident. */
  failuresToOpen: number;
  /** Bad verdicts that open an incident too where they are among so many of the latest; at most 8. Null: only in a row. */
  failureWindow: number | null;
  /** Good finishes in a row that close it. */
  successesToClose: number;
  overlap: OverlapPolicy;
  /** Whether people hear of runs that are much slower or faster than usual. */
  unusual: UnusualPolicy;
  /** Whether people hear that far more runs come than the schedule has slots. */
  tooOften: UnusualPolicy;
};

export const DEFAULT_LIMITS: Limits = {
  graceMs: null,
  maxRuntimeMs: null,
  minRuntimeMs: null,
  jitterMs: 0,
  failuresToOpen: 1,
  failureWindow: null,
  successesToClose: 1,
  overlap: "alert",
  unusual: "ignore",
  tooOften: "alert",
};

/** What the rules of time and runs need to know of a job. */
export type Job = {
  id: string;
  schedule: ScheduleSpec;
  /** Slots at or before this instant do not count: the job was made, edited or resumed then. */
  scheduleSince: Instant;
  limits: Limits;
  /** Beyond what a run is unusual; null where that is not known, or nobody wants to hear of it. */
  usual: UnusualBounds | null;
};

/** State of a job, the first that applies. */
export type JobStatus = "paused" | "down" | "late" | "running" | "unknown" | "new" | "ok";
