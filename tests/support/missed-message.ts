import type { AlertFacts } from "../../lib/domain/incident.ts";
import { outputLines, partsOf } from "../../lib/domain/message-parts.ts";
import { composeMessage, type IncidentInput, type MessageInput } from "../../lib/domain/message.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { failedInput, SLOT } from "./messages.ts";

const MISSED: Partial<AlertFacts> = {
  cause: "missed",
  openedAt: SLOT + 12 * MINUTE,
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  exitCode: null,
  host: null,
  lastOkAt: SLOT - 24 * HOUR + 250 * SECOND,
  missedCount: 1,
};

/** Facts of a run that began, and of one that ended as well. */
export const RAN: Partial<AlertFacts> = { startedAt: SLOT + 3 * SECOND, host: "db-03", missedCount: 0 };
export const ENDED: Partial<AlertFacts> = { ...RAN, finishedAt: SLOT + 250 * SECOND, durationMs: 247 * SECOND };

/** What is known of a run that did not come, with changes. */
export function missedInput(facts: Partial<AlertFacts>, changes: Partial<IncidentInput> = {}): IncidentInput {
  const late = { at: SLOT + 12 * MINUTE, lastHost: "db-03", output: null };
  return failedInput({ ...late, ...changes }, { ...MISSED, ...facts });
}

/** The whole message as lines, as a reader without any layout would see it. */
export function readMessage(of: MessageInput): string[] {
  const message = composeMessage(of);
  const lines = partsOf(message).flatMap((part) => {
    if (part.kind === "text") return [part.text];
    if (part.kind === "fact") return [`${part.label}: ${part.text}`];
    if (part.kind === "output") return outputLines(part.output).map((line) => `| ${line}`);
    return part.links.map((link) => `${link.label} → ${link.url}`);
  });
  return [message.verdict, ...lines];
}
