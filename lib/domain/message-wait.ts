import { type Held, waitsFor } from "./alerting/held.ts";
import type { OnlyIf } from "./alerting/channel-rules.ts";
import { formatDuration } from "./duration.ts";
import type { AlertFacts } from "./incident.ts";
import { maskSecrets } from "./mask.ts";
import { cleanLine } from "./message-text.ts";
import { clockIn, dayIn, zoneName } from "./message-time.ts";
import type { IncidentInput } from "./message.ts";
import { MINUTE } from "./time.ts";

/** What held a message back: what held its alert, or a rule of its channel. */
export type Wait = Held | { reason: "quiet-hours" | "unacknowledged"; detail: null };

const LONG_WAIT = 2 * MINUTE;
const NAME_LENGTH = 60;
const NAMED = 3;

/** All that is known of what held a message back; `onlyIf`: of its delivery. */
export function waitsOf({ held = [] }: Pick<AlertFacts, "held">, onlyIf: OnlyIf): Wait[] {
  if (onlyIf === null) return [...held];
  // Without a delay only quiet hours put a delivery off on a condition; with one they may have as well, which is not kept.
  return [...held, { reason: onlyIf === "open" ? "quiet-hours" : "unacknowledged", detail: null }];
}

type Waited = Pick<IncidentInput, "at" | "sentAt" | "waited" | "maskPatterns"> & { timeZone: string };

/** That a message about trouble comes long after it was noticed, as it was held back or could not be delivered. */
export function waitPhrases({ at, sentAt = at, waited = [], maskPatterns, timeZone }: Waited): string[] {
  if (sentAt - at < LONG_WAIT) return [];
  const day = dayIn(at, timeZone) === dayIn(sentAt, timeZone) ? "" : ` on ${dayIn(at, timeZone)}`;
  const since = `${clockIn(at, timeZone)} (${zoneName(timeZone)})${day}`;
  const reasons = waited.slice(0, NAMED).map((wait) => `It waited${reasonOf(wait, maskPatterns)}.`);
  return [[`This message has waited for ${formatDuration(sentAt - at)}, since ${since}.`, ...reasons].join(" ")];
}

function reasonOf({ reason, detail }: Wait, maskPatterns: Waited["maskPatterns"]): string {
  if (reason === "quiet-hours") return " for the end of the channel's quiet hours";
  if (reason === "unacknowledged") return ", as this channel is told only if nobody has acknowledged the incident";
  const name = cleanLine(maskSecrets(detail ?? "", maskPatterns), NAME_LENGTH);
  return waitsFor(reason, name === "" ? null : `“${name}”`, "was");
}
