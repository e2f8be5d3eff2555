import type { Draft } from "./draft.ts";
import { openIncident, openNew, resolve } from "./incident-steps.ts";
import type { Run } from "./run.ts";
import { isVerdict } from "./slots.ts";
import { type Instant, MINUTE } from "./time.ts";

/** Fewer runs that no slot asked for are no rhythm yet. Eight runs are looked back at. */
const TOO_MANY = 5;
/** So many runs in a row that slots asked for are the rhythm again. */
const RHYTHM = 3;

/**
 * Warns of a job that runs far more often than its schedule says, over more than one slot: a person who tries it a few
 * times by hand, and a queue that catches up, are nobody's trouble. Only where slots have their own times: an interval
 * says how long silence may last. `run` is the good run that has just ended.
 */
export function watchOften(draft: Draft, run: Run, at: Instant): void {
  const { schedule, job, memory } = draft;
  if (schedule.kind !== "cron" || job.limits.tooOften === "ignore") return;
  // Where the clock was set back, slots have their runs already, and no later one is to blame.
  if ((run.startedAt ?? at) < (memory.accountedThrough ?? at) - MINUTE) return;
  const warning = openIncident(draft, "warning");
  if (warning?.cause === "too-often") {
    const latest = memory.recentRuns.filter((one) => !isVerdict(one)).slice(-RHYTHM);
    const regular = latest.length === RHYTHM && latest.every((one) => one.slotAt !== null);
    if (regular) resolve(draft, warning, { reason: "usual", run, at });
  } else if (warning === null && run.slotAt === null && comesTooOften(draft)) {
    openNew(draft, { severity: "warning", cause: "too-often", run, at, badCount: 1, missedCount: 0 });
  }
}

/** Of two machines that share a job, each brings a run for every slot: more than two have to come that none asked for. */
function comesTooOften({ memory, job, schedule }: Draft): boolean {
  const since = Math.max(job.scheduleSince, memory.firstPingAt ?? job.scheduleSince);
  const unasked: Instant[] = [];
  for (const { outcome, slotAt, startedAt } of memory.recentRuns) {
    if (outcome === "ok" && slotAt === null && startedAt !== null && startedAt > since) unasked.push(startedAt);
  }
  if (unasked.length < TOO_MANY) return false;
  const last = Math.max(...unasked);
  let slots = 0;
  let slot = schedule.required.next(Math.min(...unasked));
  for (; slot !== null && slot <= last && 2 * slots < unasked.length; slot = schedule.required.next(slot)) slots += 1;
  return slots > 0 && unasked.length > 2 * slots;
}

/** Ends the warning as nobody wants to hear of it any more, or there is another schedule. */
export function dropOften(draft: Draft, { rescheduled }: { rescheduled: boolean }, at: Instant): void {
  const warning = openIncident(draft, "warning");
  if (warning?.cause !== "too-often" || (!rescheduled && draft.job.limits.tooOften === "alert")) return;
  resolve(draft, warning, { reason: "edited", run: null, at });
}
