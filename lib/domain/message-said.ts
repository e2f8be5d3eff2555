import { isEnd } from "./alerting/pending.ts";
import { NO_RUN } from "./incident.ts";
import { maskSecrets } from "./mask.ts";
import type { MaskPattern } from "./mask-pattern.ts";
import { cleanLine } from "./message-text.ts";
import type { IncidentInput } from "./message.ts";

const SAID_LENGTH = 300;

/** What a ping says beside its body as people are shown it: one masked line of at most 300 characters; null without any. */
export function excerptSaid(said: string, maskPatterns: readonly MaskPattern[] = []): string | null {
  // Masked before it is cut: half a secret would no longer look like one.
  return cleanLine(maskSecrets(said, maskPatterns), SAID_LENGTH) || null;
}

type Told = Pick<IncidentInput, "event" | "facts">;

/** Whether a run may have said something of this: one that never came says nothing, and an end is not about it. */
export function maySay({ event, facts }: Told): boolean {
  return !isEnd({ event }) && facts.cause !== "missed" && facts.runNumber !== NO_RUN;
}

/** What the run of a message, or of one of its members, said. */
export function saidOf(
  { said, ...told }: Told & { said: string | null },
  maskPatterns: readonly MaskPattern[] = [],
): string | null {
  return said === null || !maySay(told) ? null : excerptSaid(said, maskPatterns);
}
