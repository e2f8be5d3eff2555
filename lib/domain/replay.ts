import { newMemory } from "./draft.ts";
import type { IncidentAlert } from "./incident.ts";
import type { Job } from "./job.ts";
import type { Ping } from "./ping.ts";
import type { Run } from "./run.ts";
import type { Gap, JobState, Transition } from "./state.ts";
import { DAY, type Instant, type Millis } from "./time.ts";
import { applyDeadline, applyEdit, applyPause, applyPing, applyResume } from "./transition.ts";

/** One thing that was done to a job. `at` is the database's clock; for a ping, its receipt. */
export type HistoryEvent =
  | { kind: "ping"; at: Instant; ping: Ping }
  | { kind: "edit"; at: Instant; job: Job }
  | { kind: "pause" | "resume"; at: Instant };

/** All that was done to a job from its making on, in the order in which it was booked. */
export type History = {
  /** The job as it was made. */
  job: Job;
  events: readonly HistoryEvent[];
  /** Our own gaps, oldest first. */
  gaps: readonly Gap[];
  /** How far the deadlines have been settled. */
  until: Instant;
};

/** What the rules make of a history. */
export type Replay = {
  state: JobState;
  /** By number. */
  runs: readonly Run[];
  alerts: readonly IncidentAlert[];
};

/** As far back as live evaluations look for gaps of our own. */
const GAPS_KNOWN: Millis = 8 * DAY;

/**
 * Lets a history happen again under the rules as they are now. The rules being those that held then, the runs and alerts
 * are those that were booked, however often and late the deadlines were looked at.
 */
export function replay({ job, events, gaps, until }: History): Replay {
  const runs = new Map<number, Run>();
  const alerts: IncidentAlert[] = [];
  let state: JobState = { ...newMemory(), job, gaps: [] };

  function take(at: Instant, step: (state: JobState) => Transition): void {
    const known = gaps.filter((gap) => gap.from <= at && gap.to >= at - GAPS_KNOWN);
    const transition = step({ ...state, gaps: known });
    state = transition.state;
    for (const number of transition.removedRuns) runs.delete(number);
    for (const run of transition.runs) runs.set(run.number, run);
    alerts.push(...transition.alerts);
  }

  for (const event of events) take(event.at, (before) => applyEvent(before, event));
  take(until, (before) => applyDeadline(before, until));
  return { state, runs: [...runs.values()].toSorted((a, b) => a.number - b.number), alerts };
}

function applyEvent(state: JobState, event: HistoryEvent): Transition {
  switch (event.kind) {
    case "ping":
      return applyPing(state, event.ping, event.at);
    case "edit":
      return applyEdit(state, event.job, event.at);
    case "pause":
      return applyPause(state, event.at);
    case "resume":
      return applyResume(state, event.at);
  }
}

/** What somebody may want to change about a job. */
export type ProposedSettings = Pick<Job, "schedule" | "limits">;

/**
 * The alerts that would have been sent, had a job been set up like that from the first ping of the history on. Pauses
 * stay where they were.
 */
export function backTest(history: History, proposed: ProposedSettings): readonly IncidentAlert[] {
  const events = history.events.filter((event) => event.kind !== "edit");
  return replay({ ...history, job: { ...history.job, ...proposed }, events }).alerts;
}
