import type { PingAction } from "../domain/ping.ts";
import type { Instant, Millis } from "../domain/time.ts";
import type { PingProtocol } from "../store/pings.ts";
import type { UnmatchedReason } from "../domain/unmatched.ts";

/**
 * Which job a ping is for: its id, or a key of its project with its slug. Without an environment: the one of production,
 * or else the oldest.
 */
export type PingAddress =
  | { kind: "job"; jobId: string }
  | { kind: "slug"; key: string; slug: string; environment: string | null };

/** What a request says, whatever protocol it speaks; not yet whether such a job exists. */
export type PingEvent = {
  kind: "ping";
  protocol: PingProtocol;
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
  /** What the client measured, by name; null without. */
  metrics: readonly Metric[] | null;
  /** Set where an unknown slug shall become a job, or code says what its job should be like. */
  creation: CreationRequest | null;
};

export type Metric = readonly [name: string, value: number];

/** What a client asks of the job that it wants made, as it was sent. */
export type CreationRequest = {
  /** Null: the slug. */
  name: string | null;
  schedule: string | null;
  dialect: string | null;
  timeZone: string | null;
  grace: string | null;
  maxRuntime: string | null;
  jitter: string | null;
  failuresToOpen: number | null;
  successesToClose: number | null;
  /** Slugs of jobs without which it cannot do its work, between commas. */
  upstreams: string | null;
  /** Between commas or blanks. */
  tags: string | null;
  /**
   * Null: a person's request, read only where the job has to be made. Otherwise a client library's, which changes the job
   * where its digest is a new one. Of both, what makes no sense is left out.
   */
  code: { digest: string | null } | null;
};

/** Asks for nothing but the job. */
export const PLAIN_CREATION: CreationRequest = {
  name: null,
  schedule: null,
  dialect: null,
  timeZone: null,
  grace: null,
  maxRuntime: null,
  jitter: null,
  failuresToOpen: null,
  successesToClose: null,
  upstreams: null,
  tags: null,
  code: null,
};

/** A request that is no ping, with its answer: one line that says why. */
export type Refusal = {
  kind: "refusal";
  status: 400 | 404;
  /** In words that clients know, where there are such. */
  body: string;
  /** What to do about it, where `body` does not say so. */
  advice: string | null;
  /** For people who look at refused pings, where it says more than the reason. */
  detail?: string;
  reason: UnmatchedReason;
  /** As far as the request named a job. */
  address: PingAddress | null;
};
