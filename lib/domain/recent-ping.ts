import { fingerprint, hashOf } from "./fingerprint.ts";
import type { Ping } from "./ping.ts";
import type { Instant } from "./time.ts";

/** One of the latest pings of a job, as far as it takes to recognise a re-send: three numbers, as every ping carries sixteen of them on. */
export type RecentPing = {
  at: Instant;
  /** A fingerprint of what it said. */
  key: number;
  /** Of an end of a run without id, whose order tells: where it came from, positive for a success, else negative. */
  mark: number;
};

export const NO_MARK = 0;

const ORIGIN_DIGITS = 4;

/** What is remembered of a ping that came in at `at`. */
export function recentPing(ping: Ping, at: Instant): RecentPing {
  const { action, runId, source, host, bodyDigest, exitCode } = ping;
  const numbers = exitCode === null && ping.at === null ? "" : `${exitCode} ${ping.at}`;
  const key = hashOf(action, numbers, runId ?? "", source ?? "", host ?? "", bodyDigest);
  return { at, key, mark: markOf(ping) };
}

/** Whether two pings are ends of nameless runs of one origin, and one is a success and the other none. */
export function areOpposite(one: RecentPing, other: RecentPing): boolean {
  return one.mark !== NO_MARK && one.mark === -other.mark;
}

function markOf({ action, runId, source, host }: Ping): number {
  if (runId !== null || (action !== "success" && action !== "fail")) return NO_MARK;
  const origin = fingerprint(source ?? "", host ?? "").slice(0, ORIGIN_DIGITS);
  return markOfEnd(action, origin);
}

/** @param origin the first digits of its fingerprint */
export function markOfEnd(action: "success" | "fail", origin: string): number {
  const mark = 1 + Number(origin);
  return action === "success" ? mark : -mark;
}
