import { outputLines, partsOf } from "../../domain/message-parts.ts";
import type { AlertMessage } from "../../domain/message.ts";

/** The same in everything that is told of one incident; a message without one stands for itself. */
export function incidentKey({ incident, alertId }: AlertMessage): string {
  return incident?.id ?? alertId;
}

/** How bad it is, for services that page people by it. */
export type Urgency = "critical" | "error" | "warning" | "info";

/** An incident's severity; a notice that something is wrong is an error, since no incident will bring it to an end. */
export function urgencyOf({ incident, tone }: AlertMessage): Urgency {
  if (incident !== null) return incident.severity;
  if (tone === "bad") return "error";
  return tone === "warning" ? "warning" : "info";
}

/** The page that a reader wants first. */
export function pageOf({ links }: AlertMessage): string | null {
  return (links.find(({ label }) => label === "Incident") ?? links[0])?.url ?? null;
}

/** What stands below the verdict as a table, for services that show one. */
export function detailsOf(message: AlertMessage): Record<string, string> {
  const details: Record<string, string> = {};
  const why = message.why.join("\n");
  if (why !== "") details["What happened"] = why;
  for (const part of partsOf(message)) {
    if (part.kind === "fact") details[part.label] = part.text;
    if (part.kind === "output") details["Output"] = outputLines(part.output).join("\n");
  }
  return details;
}
