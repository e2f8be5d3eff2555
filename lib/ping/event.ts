import type { PingAction } from "../domain/ping.ts";
import type { Instant, Millis } from "../domain/time.ts";

/** Which job a ping is for: its id, or its project's ping key and its slug. */
export type PingAddress = { kind: "job"; jobId: string } | { kind: "slug"; key: string; slug: string };

/** What a request says, whatever protocol it speaks; not yet whether such a job exists. */
export type PingEvent = {
  kind: "ping";
  address: PingAddress;
  action: PingAction;
  /** 0–255 where the address gave one. */
  exitCode: number | null;
  /** Lower case. */
  runId: string | null;
  /** The client's own time of a ping delivered late. */
  at: Instant | null;
  durationMs: Millis | null;
  host: string | null;
  message: string | null;
  /** Set where an unknown slug shall become a job. */
  creation: CreationRequest | null;
};

/** What a client asks of the job that it wants made, as it was sent; read only where the job has to be made. */
export type CreationRequest = {
  schedule: string | null;
  dialect: string | null;
  timeZone: string | null;
  grace: string | null;
  maxRuntime: string | null;
  jitter: string | null;
};

/** Why a ping was not taken, as the log of unmatched pings names it. */
export type UnmatchedReason = "not-found" | "invalid-url" | "invalid-uuid";

/** A request that is no ping, with its answer: one line that says why. */
export type Refusal = {
  kind: "refusal";
  status: 400 | 404;
  body: string;
  reason: UnmatchedReason;
  /** As far as the request named a job. */
  address: PingAddress | null;
};
