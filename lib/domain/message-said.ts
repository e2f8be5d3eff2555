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

/** What the run of a message said; a run that never came says nothing, and an end is not about it. */
export function saidOf({ event, facts, said, maskPatterns }: IncidentInput): string | null {
  if (said === null || event === "resolved" || event === "stable" || facts.cause === "missed") return null;
  return excerptSaid(said, maskPatterns);
}
