import { fingerprint, hashOf } from "./fingerprint.ts";
import type { Ping } from "./ping.ts";

/**
 * The latest pings of a job, oldest first, as far as it takes to recognise a re-send. Of each, one after the other: when it
 * came in, its key and its mark. Every ping carries sixteen of them on, and as objects they cost three times as much.
 */
export type RecentPings = readonly number[];

export const NUMBERS_A_PING = 3;
export const KEY_AT = 1;
export const MARK_AT = 2;

export const NO_MARK = 0;

const ORIGIN_DIGITS = 4;

/** A fingerprint of what a ping says. */
export function keyOf({ action, runId, source, host, bodyDigest, exitCode, at }: Ping): number {
  const numbers = exitCode === null && at === null ? "" : `${exitCode} ${at}`;
  return hashOf(action, numbers, runId ?? "", source ?? "", host ?? "", bodyDigest);
}

/** Whether pings with these marks are ends of nameless runs of one origin, and one is a success and the other none. */
export function areOpposite(one: number, other: number): boolean {
  return one !== NO_MARK && one === -other;
}

/** Of an end of a run without id, whose order tells: where it came from, positive for a success, else negative. */
export function markOf({ action, runId, source, host }: Ping): number {
  if (runId !== null || (action !== "success" && action !== "fail")) return NO_MARK;
  const origin = fingerprint(source ?? "", host ?? "").slice(0, ORIGIN_DIGITS);
  return markOfEnd(action, origin);
}

/** @param origin the first digits of its fingerprint */
export function markOfEnd(action: "success" | "fail", origin: string): number {
  const mark = 1 + Number(origin);
  return action === "success" ? mark : -mark;
}
