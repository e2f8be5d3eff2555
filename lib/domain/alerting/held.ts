import type { Hold, HoldReason } from "./hold.ts";
import { isEnd, type PendingAlert } from "./pending.ts";

/** What may hold an alert back for long and is told afterwards. */
export type PassingReason = "window" | "upstream" | "unstable";

/** What held back an alert that is told. `detail`: see `Hold`. */
export type Held = { reason: PassingReason; detail: string | null };

type Words = (name: string | null, be: "is" | "was") => string;

const WAITS: Readonly<Record<PassingReason, Words>> = {
  window: (name, be) => ` for the end of the window ${name ?? `that it ${be} in`}`,
  upstream: (name, be) => ` while ${name ?? "a job"}, without which the job cannot do its work, ${be} in trouble`,
  unstable: () => ": the job fails and recovers again and again, of which people were told once",
};

/** Follows "waits" or "waited". `name`: of the window or the upstream, as it is shown. */
export function waitsFor(reason: PassingReason, name: string | null, be: "is" | "was"): string {
  return WAITS[reason](name, be);
}

/**
 * What does not hold back an alert any more, which waits for something else (`next`) or is told (null); null where it was
 * nothing of which its message speaks.
 */
export function heldBefore(alert: Pick<PendingAlert, "event" | "hold" | "holdDetail">, next: Hold | null): Held | null {
  const { hold: reason, holdDetail: detail = null } = alert;
  if (isEnd(alert) || !isPassing(reason)) return null;
  const goesOn = next !== null && next.reason === reason && next.detail === detail;
  return goesOn || next?.until === null ? null : { reason, detail };
}

function isPassing(reason: HoldReason | null): reason is PassingReason {
  return reason !== null && reason in WAITS;
}
