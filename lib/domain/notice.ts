import type { Instant } from "./time.ts";

/** What a `notice` tells: things about Belfry itself or about a channel, not about a job. Stored as the alert's facts. */
export type NoticeFacts =
  | {
      notice: "own-gap";
      /** No process took pings in between. */
      from: Instant;
      to: Instant;
      /** Jobs with a slot or a run whose outcome nobody can know; null: not counted. */
      unknownJobs: number | null;
    }
  | {
      notice: "undelivered";
      /** The channel that did not take the alert. */
      channelId: string;
      /** Its name. */
      channel: string;
      /** Label of its kind, e.g. `Slack`. */
      kind: string;
      /** What the receiver said last. */
      reason: string;
      /** True: refused for good; false: given up after a day of attempts. */
      refused: boolean;
      /** First line of the alert that did not arrive. */
      verdict: string;
      incidentId: string | null;
    }
  | {
      notice: "drill";
      drillId: string;
      startedAt: Instant;
      /** Channels that took the drill in time. */
      arrived: number;
      missing: readonly MissedByDrill[];
    }
  | {
      notice: "unsubscribed";
      /** The mail channel that is off now. */
      channelId: string;
      channel: string;
      /** Its address. */
      to: string;
    };

/** A channel that a drill did not reach, and what its receiver said last. */
export type MissedByDrill = { channelId: string; channel: string; reason: string };

/** The facts of a `test` alert. */
export type TestFacts = {
  /** Name or address of the person who asked for it. */
  requestedBy: string | null;
  /** Set where it is part of a fire drill. */
  drillId?: string;
};
