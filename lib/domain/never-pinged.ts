import { nominalDeadline } from "./deadline.ts";
import type { Draft } from "./draft.ts";
import { openIncident, openNew, resolve } from "./incident-steps.ts";
import { DAY, type Instant } from "./time.ts";

/**
 * When a job of which nothing was ever heard is called that: after its second slot and a day at least, since it was made,
 * changed or resumed; what we were away meanwhile comes on top. Null without slots, and once it was heard of or called so.
 */
export function neverPingedAt(draft: Draft): Instant | null {
  const { memory, job, schedule, gaps } = draft;
  if (memory.lastPingAt !== null || schedule.kind === "none" || openIncident(draft, "warning") !== null) return null;
  const since = Math.max(job.scheduleSince, memory.countsSince ?? job.scheduleSince);
  const first = schedule.required.next(since);
  if (first === null) return null;
  const last = schedule.required.next(first) ?? first;
  let at = Math.max(since + DAY, nominalDeadline(draft, last));
  for (const gap of gaps) {
    if (gap.from <= at) at += Math.max(0, gap.to - Math.max(gap.from, since));
  }
  return at;
}

/** Warns that it was set up and not heard of since: no run tells of that. */
export function warnOfSilence(draft: Draft, at: Instant): void {
  openNew(draft, { severity: "warning", cause: "never-pinged", run: null, at, badCount: 0, missedCount: 0 });
}

/** The first ping ends the warning that there was none. */
export function endSilence(draft: Draft, at: Instant): void {
  const warning = openIncident(draft, "warning");
  if (warning?.cause === "never-pinged") resolve(draft, warning, { reason: "recovered", run: null, at });
}

/** Without a schedule nobody waits for a ping. */
export function dropSilence(draft: Draft, at: Instant): void {
  const warning = openIncident(draft, "warning");
  if (warning?.cause !== "never-pinged" || draft.schedule.kind !== "none") return;
  resolve(draft, warning, { reason: "edited", run: null, at });
}
