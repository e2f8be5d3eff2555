import type { Instant, Millis } from "../time.ts";
import type { ReportPeriod } from "./report-period.ts";

/** The longest of what a report lists, and how many there are. */
export type Listed<T> = { top: readonly T[]; total: number };

type OfJob = { jobId: string; name: string };

/** Critical incidents of a job that were open in the span. */
export type FailedJob = OfJob & {
  /** Those that opened in the span. */
  incidents: number;
  /** Within the span. */
  downMs: Millis;
  /** Bad verdicts of those incidents. */
  bad: number;
  /** When the report was made. */
  stillDown: boolean;
};

/** Medians of the latest good runs in the span, and of those before it. */
export type SlowerJob = OfJob & { beforeMs: Millis; nowMs: Millis };

export type SilentJob = OfJob & { createdAt: Instant };

/** Alerts about a job that people were sent. */
export type NoisyJob = OfJob & { alerts: number };

/** A grace that does not fit how late the job's runs usually come. */
export type GraceProposal = OfJob & { graceMs: Millis; proposedMs: Millis; usualMs: Millis };

export type BrokenChannel = { name: string; kind: string; reason: string };

/** What one person's report about one project tells; stored as its alert's facts, so that every attempt sends the same. */
export type ReportFacts = {
  period: ReportPeriod;
  userId: string;
  /** By whose clocks the span and its times are. */
  timeZone: string;
  from: Instant;
  to: Instant;
  /** Since when there is something to tell; `firstJobAt` null: the project has no job. Absent: nobody asked. */
  since?: { installedAt: Instant; firstJobAt: Instant | null };
  /** Whether its reader may change jobs. */
  mayChange: boolean;
  totals: {
    jobs: number;
    /** Verdicts of the span, each missed slot counted. */
    ok: number;
    bad: number;
    /** Critical and warning ones that opened in the span. */
    incidents: number;
    /** Alerts that were sent, reminders and recoveries among them. */
    alerts: number;
  };
  failed: Listed<FailedJob>;
  /** Of those that failed. */
  stillDown: number;
  flaky: Listed<FailedJob>;
  slower: Listed<SlowerJob>;
  silent: Listed<SilentJob>;
  noisy: Listed<NoisyJob>;
  graces: Listed<GraceProposal>;
  broken: Listed<BrokenChannel>;
  untold: Listed<OfJob>;
  /** Null: the project has channels. Else the mail addresses to which its alarms go instead, perhaps none. */
  fallback: readonly string[] | null;
};
