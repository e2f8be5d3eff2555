import { bookHeartbeat, bookLog, bookSkip, bookStart } from "./booking.ts";
import { jitterOf } from "./deadline.ts";
import { closeDraft, type Draft, openDraft, replaceOrAppend } from "./draft.ts";
import { bookEnd } from "./ending.ts";
import type { Booking, Entry } from "./entry.ts";
import type { Severity } from "./incident.ts";
import type { Job } from "./job.ts";
import { dropSilence, endSilence } from "./never-pinged.ts";
import type { Ping } from "./ping.ts";
import { isResend } from "./resends.ts";
import { compileSchedule, type Schedule, ScheduleError } from "./schedule.ts";
import { close, nextDeadline, settle } from "./settle.ts";
import { account } from "./slots.ts";
import type { JobState, StatusFacts, Transition } from "./state.ts";
import { DAY, type Instant, type Millis } from "./time.ts";
import { dropOften } from "./too-often.ts";
import { closeAll } from "./verdicts.ts";
import { dropUnusual, watchOverlap } from "./warnings.ts";

/** A spooled ping older than this is booked at its receipt. */
const OLDEST_SPOOLED: Millis = 7 * DAY;

/** No limit of a run may be longer either. */
const LONGEST_DURATION: Millis = 366 * DAY;

/**
 * Books one ping: settles every deadline before its receipt, then lets it start, end, prolong or comment a run.
 * Total: any ping in any order leaves a valid state. `now` is the database's clock; a receipt later than it counts as now.
 */
export function applyPing(state: JobState, ping: Ping, now: Instant): Transition {
  const draft = openDraft(state);
  const received = Math.min(ping.receivedAt, now);
  // A job that is heard of is none that never was, however late that is.
  if (draft.memory.lastPingAt === null) endSilence(draft, received);
  else settle(draft, received);
  const booking = book(draft, { ping: believable(ping), received, at: timeOf(ping, received) });
  draft.memory.lastPingAt = Math.max(draft.memory.lastPingAt ?? received, received);
  return closeDraft(draft, {
    checkAt: nextDeadline(draft),
    disposition: booking.disposition,
    pingRunNumber: booking.run?.number ?? null,
  });
}

/** Notes that the job was heard of by a ping that changes nothing else. */
export function applyHeard(state: JobState, now: Instant): Transition {
  const draft = openDraft(state);
  endSilence(draft, now);
  draft.memory.lastPingAt = Math.max(draft.memory.lastPingAt ?? now, now);
  return closeDraft(draft, { checkAt: nextDeadline(draft), disposition: "ignored" });
}

/** Settles every deadline before `now`. The outcome does not depend on how often or how late it is called. */
export function applyDeadline(state: JobState, now: Instant): Transition {
  const draft = openDraft(state);
  settle(draft, now);
  return closeDraft(draft, { checkAt: nextDeadline(draft) });
}

/** Stops expecting anything: open runs end `unknown`, incidents end as paused. */
export function applyPause(state: JobState, now: Instant): Transition {
  const draft = openDraft(state);
  settle(draft, now);
  if (draft.memory.pausedAt === null) {
    for (const run of [...draft.memory.openRuns]) {
      close(draft, { ...run, outcome: "unknown", reason: "paused", settledAt: now }, now);
    }
    closeAll(draft, "paused", now);
    draft.memory.pausedAt = now;
  }
  return closeDraft(draft, { checkAt: null });
}

/** Expects runs again, from the first slot after `now` on. A job that is not paused goes on as it was. */
export function applyResume(state: JobState, now: Instant): Transition {
  const draft = openDraft(state);
  if (draft.memory.pausedAt === null) settle(draft, now);
  else resume(draft, now);
  return closeDraft(draft, { checkAt: nextDeadline(draft) });
}

/**
 * Puts a new configuration in force. Slots already accounted for stay; a changed schedule counts from `now`, a changed
 * maximum runtime holds for runs already open.
 */
export function applyEdit(state: JobState, job: Job, now: Instant): Transition {
  const before = openDraft(state);
  settle(before, now);
  const draft: Draft = { ...openDraft({ ...before.memory, job, gaps: state.gaps }), ...changesOf(before) };
  const { memory } = draft;
  if (memory.firstPingAt !== null && !sameSchedule(state.job, job)) {
    // A slot taken early, or before the clock was set back, must not come again.
    account(draft, Math.max(now, memory.accountedThrough ?? now));
  }
  const { maxRuntimeMs } = job.limits;
  if (maxRuntimeMs !== state.job.limits.maxRuntimeMs) {
    memory.openRuns.forEach((run, index) => {
      if (run.outcome !== "running") return;
      const from = run.heartbeatAt ?? run.startedAt ?? now;
      const limited = { ...run, finishBy: maxRuntimeMs === null ? null : from + maxRuntimeMs };
      memory.openRuns[index] = limited;
      replaceOrAppend(draft.runs, limited);
    });
  }
  if (job.limits.unusual === "ignore") dropUnusual(draft, now);
  dropOften(draft, { rescheduled: !sameSchedule(state.job, job) }, now);
  dropSilence(draft, now);
  watchOverlap(draft, now);
  return closeDraft(draft, { checkAt: nextDeadline(draft) });
}

/** The narrow facts for lists, from the whole state. */
export function statusFacts(state: JobState): StatusFacts {
  const { pausedAt, openRuns, recentRuns } = state;
  const { nextSlotAt, lateAt } = expectation(state);
  return {
    pausedAt,
    firstPingAt: state.firstPingAt,
    down: hasIncident(state, "critical"),
    warning: hasIncident(state, "warning"),
    running: openRuns.length,
    nextSlotAt,
    lateAt,
    unknown: recentRuns.at(-1)?.outcome === "unknown",
  };
}

function hasIncident({ incidents }: JobState, severity: Severity): boolean {
  return incidents.some((incident) => incident.severity === severity);
}

const NOTHING_EXPECTED = { nextSlotAt: null, lateAt: null };

/** The first slot that waits for a run and must not stay empty, and from when on the job is late for it. */
function expectation(state: JobState): Pick<StatusFacts, "nextSlotAt" | "lateAt"> {
  const { job, pausedAt, nextSlotAt } = state;
  if (pausedAt !== null || nextSlotAt === null) return NOTHING_EXPECTED;
  const schedule = readableSchedule(job);
  if (schedule === null) return NOTHING_EXPECTED;
  let slot: Instant | null = nextSlotAt;
  while (slot !== null && (schedule.isOptional(slot) || isUnderWay(state, slot))) slot = schedule.required.next(slot);
  return { nextSlotAt: slot, lateAt: slot === null ? null : slot + jitterOf(schedule, job.limits) };
}

/** Behind an optional slot the run of a later one may be. */
function isUnderWay({ nextSlotAt, openRuns }: JobState, slot: Instant): boolean {
  return slot !== nextSlotAt && openRuns.some((run) => run.slotAt === slot);
}

/** Null where it cannot be read, such as one stored by a newer Belfry: the job is set aside, but it is still listed. */
function readableSchedule(job: Job): Schedule | null {
  try {
    return compileSchedule(job.schedule);
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

function book(draft: Draft, entry: Entry): Booking {
  const { memory } = draft;
  if (entry.ping.action === "log") return bookLog(draft, entry);
  if (memory.pausedAt !== null) {
    if (entry.ping.action !== "success") return { disposition: "ignored", run: null };
    resume(draft, entry.received);
  }
  const alive = bookHeartbeat(draft, entry);
  if (alive !== null) return alive;
  if (isResend(draft, entry)) return { disposition: "duplicate", run: null };
  memory.firstPingAt ??= entry.received;
  switch (entry.ping.action) {
    case "start":
      return bookStart(draft, entry);
    case "skip":
      return bookSkip(draft, entry);
    default:
      return bookEnd(draft, entry);
  }
}

/** The time that the ping speaks of: its own where it was spooled and is believable, else its receipt. */
function timeOf(ping: Ping, received: Instant): Instant {
  const { at } = ping;
  return at !== null && at <= received && at >= received - OLDEST_SPOOLED ? at : received;
}

/** A duration that nobody can have measured is as good as none. */
function believable(ping: Ping): Ping {
  const { durationMs } = ping;
  if (durationMs === null || (durationMs >= 0 && durationMs <= LONGEST_DURATION)) return ping;
  return { ...ping, durationMs: null };
}

function resume(draft: Draft, now: Instant): void {
  const { memory } = draft;
  memory.pausedAt = null;
  memory.badStreak = 0;
  memory.countsSince = now;
  if (memory.accountedThrough !== null) account(draft, Math.max(now, memory.accountedThrough));
}

function changesOf({ runs, removedRuns, incidents, alerts }: Draft): Partial<Draft> {
  return { runs, removedRuns, incidents, alerts };
}

function sameSchedule(a: Job, b: Job): boolean {
  return JSON.stringify(a.schedule) === JSON.stringify(b.schedule);
}
