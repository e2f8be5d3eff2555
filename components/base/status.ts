import type { Cause, ResolveReason } from "../../lib/domain/incident.ts";
import type { JobStatus } from "../../lib/domain/job.ts";
import type { Outcome, RunReason } from "../../lib/domain/run.ts";

/** Which of the palette's tones says it. */
export type Tone = "ok" | "down" | "late" | "running" | "unknown" | "quiet";

export const STATUS_LABEL: Readonly<Record<JobStatus, string>> = {
  down: "Down",
  late: "Late",
  unknown: "Unknown",
  new: "New",
  running: "Running",
  ok: "OK",
  paused: "Paused",
};

export const STATUS_TONE: Readonly<Record<JobStatus, Tone>> = {
  down: "down",
  late: "late",
  unknown: "unknown",
  new: "quiet",
  running: "running",
  ok: "ok",
  paused: "quiet",
};

/** What a status means, for tooltips and help. */
export const STATUS_MEANING: Readonly<Record<JobStatus, string>> = {
  down: "An incident is open: a run was missed, failed, took too long or never ended.",
  late: "The next run is overdue but still inside its grace time. Nobody has been told yet.",
  unknown: "Belfry itself could not watch the last run, so there is no verdict.",
  new: "No ping has come yet, so nothing is expected yet.",
  running: "A run has started and has not ended.",
  ok: "The last run ended well.",
  paused: "Not watched until somebody resumes it.",
};

export const OUTCOME_LABEL: Readonly<Record<Outcome, string>> = {
  running: "Running",
  ok: "OK",
  failed: "Failed",
  missed: "Missed",
  overlong: "Overlong",
  abandoned: "Abandoned",
  skipped: "Skipped",
  unknown: "Unknown",
};

export const OUTCOME_TONE: Readonly<Record<Outcome, Tone>> = {
  running: "running",
  ok: "ok",
  failed: "down",
  missed: "down",
  overlong: "late",
  abandoned: "down",
  skipped: "quiet",
  unknown: "unknown",
};

export const OUTCOME_MEANING: Readonly<Record<Outcome, string>> = {
  running: "Started, not ended yet.",
  ok: "Ended well.",
  failed: "Reported a failure.",
  missed: "Nothing came for this time.",
  overlong: "Took longer than its limit.",
  abandoned: "Started and never ended.",
  skipped: "Left out, as it should be.",
  unknown: "Belfry itself could not watch.",
};

export const REASON_TEXT: Readonly<Record<RunReason, string>> = {
  "still-running": "The run before was still going.",
  announced: "The job said that it left this run out on purpose.",
  "too-quick": "It succeeded sooner than the shortest run time of the job.",
  optional: "Nothing had to come: it depends on the scheduler whether anything runs at this time.",
  "own-gap": "Belfry itself was away and could not watch.",
  paused: "The job was paused while it was open.",
  withdrawn: "A ping that arrived late showed that the earlier verdict was wrong.",
  "next-slot": "It was still open when a later run fell due.",
  "too-many-open": "More than 50 runs were open at once.",
  "newer-ended": "A newer run ended first.",
  "day-without-end": "No end came for 24 hours.",
};

/** The same in few words, beside the outcome. */
export const REASON_LABEL: Readonly<Record<RunReason, string>> = {
  "still-running": "the run before was still going",
  announced: "announced",
  "too-quick": "too quick",
  optional: "optional",
  "own-gap": "Belfry was away",
  paused: "the job was paused",
  withdrawn: "alarm withdrawn",
  "next-slot": "no end came",
  "too-many-open": "over 50 runs were open",
  "newer-ended": "a newer run ended first",
  "day-without-end": "no end for 24 h",
};

export const CAUSE_LABEL: Readonly<Record<Cause, string>> = {
  missed: "Missed",
  failed: "Failed",
  overlong: "Overlong",
  overlap: "Overlap",
  abandoned: "Abandoned",
  slow: "Slow",
  fast: "Fast",
  "too-often": "Too often",
  "never-pinged": "Never pinged",
};

/** What it means for the job just now, for tooltips. */
export const CAUSE_MEANING: Readonly<Record<Cause, string>> = {
  missed: "No sign of the run came in time.",
  failed: "The run said that it did not succeed.",
  overlong: "A run did not end within its limit.",
  overlap: "Two runs are open at once.",
  abandoned: "A run began and its end never came.",
  slow: "A run takes far longer than usual.",
  fast: "A run took far less time than usual.",
  "too-often": "Runs come far more often than the schedule says.",
  "never-pinged": "The job was set up, and nothing was heard of it since.",
};

/** Warnings stand beside the status and never make a job down. */
export const WARNING_CAUSES: ReadonlySet<Cause> = new Set(["overlap", "slow", "fast", "too-often", "never-pinged"]);

export const CAUSE_TONE: Readonly<Record<Cause, Tone>> = {
  missed: "down",
  failed: "down",
  overlong: "late",
  overlap: "late",
  abandoned: "down",
  slow: "late",
  fast: "late",
  "too-often": "late",
  "never-pinged": "late",
};

/** Verb of an incident's end: "resolved after 5 min", "withdrawn after 5 min". */
export const RESOLVE_VERB: Readonly<Record<ResolveReason, string>> = {
  recovered: "resolved",
  paused: "closed by a pause",
  withdrawn: "withdrawn",
  "no-overlap": "resolved",
  edited: "closed by a change of the job",
  usual: "resolved",
  deleted: "closed by the job's deletion",
};

/** How it ended, for rows of a list: "recovered after 5 min". */
export const RESOLVE_LABEL: Readonly<Record<ResolveReason, string>> = {
  recovered: "recovered",
  paused: "job paused",
  withdrawn: "withdrawn",
  "no-overlap": "overlap over",
  edited: "job changed",
  usual: "usual again",
  deleted: "job deleted",
};

export const RESOLVE_TEXT: Readonly<Record<ResolveReason, string>> = {
  recovered: "recovered",
  paused: "closed because the job was paused",
  withdrawn: "withdrawn: a ping that arrived late showed that nothing was wrong",
  "no-overlap": "only one run is open again",
  edited: "closed because the job was changed",
  usual: "nothing unusual is going on any more",
  deleted: "closed because the job was deleted",
};
