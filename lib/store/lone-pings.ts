import type { Run } from "../domain/run.ts";
import type { PingRecord } from "./pings.ts";
import { isNewRun, type LonePings } from "./run-rows.ts";
import type { JobChange } from "./transitions.ts";

/** Parts what is to be written: pings with rows of their own, and those that are told by their runs'. */
export function partLonePings(
  pings: readonly PingRecord[],
  changes: ReadonlyMap<string, JobChange>,
): { own: readonly PingRecord[]; lone: LonePings } {
  const own: PingRecord[] = [];
  const lone = new Map<Run, PingRecord>();
  for (const ping of pings) {
    const run = newRunOf(ping, changes.get(ping.jobId));
    if (run !== undefined && !lone.has(run) && isToldBy(run, ping)) lone.set(run, ping);
    else own.push(ping);
  }
  return { own, lone };
}

/** A row that was there before may have pings already. */
function newRunOf({ runNumber }: PingRecord, change: JobChange | undefined): Run | undefined {
  if (runNumber === null || change === undefined || !isNewRun(change, runNumber)) return undefined;
  return change.runs.get(runNumber);
}

/** Whether the row of the run, as it is after the whole batch, and nothing else says what the ping said. */
function isToldBy(run: Run, ping: PingRecord): boolean {
  return (
    ping.protocol === "native" &&
    ping.disposition === "applied" &&
    ping.action === ACTIONS.get(run.outcome) &&
    run.reason === null &&
    !run.startSeen &&
    run.settledAt === ping.receivedAt &&
    run.finishedAt === ping.receivedAt &&
    run.durationMs === ping.durationMs &&
    run.exitCode === ping.exitCode &&
    run.runId === ping.runId &&
    run.host === ping.host &&
    run.source === ping.source &&
    (ping.at ?? ping.message ?? ping.metrics ?? ping.body) === null &&
    ping.bodySize === 0
  );
}

/** What a run's outcome tells of the ping that it comes from. */
const ACTIONS: ReadonlyMap<Run["outcome"], PingRecord["action"]> = new Map([
  ["ok", "success"],
  ["failed", "fail"],
]);
