import { tooQuick } from "./message-verdict.ts";
import type { Trouble } from "./message.ts";

/**
 * What to do about the jobs of an outage that are in trouble; null without any. `machine`: its name, already cleaned; null
 * where they are of several.
 */
export function groupAction(troubles: readonly Trouble[], machine: string | null): string | null {
  if (troubles.length === 0) return null;
  const silent = troubles.filter(isSilent);
  if (silent.length === 0) return reportedAction(troubles, machine);
  if (machine === null) {
    return "Look at what the jobs share: the network, a database, a disk, a deploy, or the scheduler itself.";
  }
  const next = silent.some(neverBegan)
    ? "that cron runs: systemctl status cron"
    : "what still runs there: ps -eo pid,etime,args";
  const reported = reportedSentence(
    troubles.filter((trouble) => !isSilent(trouble)),
    machine,
  );
  return `Check that ${machine} is up, reaches the network and has room on its disks; then ${next}.${reported}`;
}

/** Nothing came of a run that was to begin or to end by then: its machine may be down. */
function isSilent(trouble: Trouble): boolean {
  const { cause, finishedAt } = trouble;
  if (neverBegan(trouble) || cause === "abandoned") return true;
  return (cause === "overlong" || cause === "slow") && finishedAt === null;
}

function neverBegan({ cause }: Trouble): boolean {
  return cause === "missed" || cause === "never-pinged";
}

/** Something started these jobs and they reached Belfry. */
function reportedAction(troubles: readonly Trouble[], machine: string | null): string {
  const on = machine === null ? "" : ` on ${machine}`;
  const [only] = troubles;
  return troubles.length === 1 && only !== undefined
    ? `Read the output on ${only.name}'s page; then look at what it needs${on}: a disk, the network, a database, credentials.`
    : `Look at what the jobs share${on}: a disk, the network, a database, credentials; then read each job's output on its page.`;
}

function reportedSentence(reported: readonly Trouble[], machine: string): string {
  if (reported.length === 0) return "";
  const what = reported.every((trouble) => trouble.cause === "failed" && !tooQuick(trouble));
  return reported.length === 1
    ? ` 1 job reported ${what ? "a failure" : "a run"}, so ${machine} was up when it did.`
    : ` ${reported.length} jobs reported ${what ? "failures" : "runs"}, so ${machine} was up when they did.`;
}
