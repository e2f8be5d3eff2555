import type { Instant } from "../time.ts";
import type { AlertingContext, PendingAlert } from "./pending.ts";

/**
 * Why an alert waits, or why nobody was told. `gathering`: what opens at the same time shall be one message. `outage`: the
 * others of its outage are still in trouble. `passed`: it was over before anybody needed to hear of it. `nobody`: no
 * channel takes it. `closed`: a person ended it by pausing or changing the job. `acknowledged`: while it waited a person
 * said that they look after it.
 */
export type HoldReason =
  | "gathering"
  | "outage"
  | "window"
  | "upstream"
  | "snoozed"
  | "muted"
  | "unstable"
  | "withdrawn"
  | "passed"
  | "nobody"
  | "closed"
  | "acknowledged";

/** `until`: when to look again; null: for good, nobody is told. `detail` is for people: the window's or the upstream's name. */
export type Hold = { reason: HoldReason; until: Instant | null; detail: string | null };

/** One reason not to tell people now; null where it does not apply. Pure, and asked again whenever the alert is due. */
export type HoldRule = (alert: PendingAlert, context: AlertingContext, now: Instant) => Hold | null;
