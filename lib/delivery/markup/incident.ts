import { outputLines, partsOf } from "../../domain/message-parts.ts";
import type { AlertMessage } from "../../domain/message.ts";

/** The same in everything that is told of one incident, or of one outage; a message without one stands for itself. */
export function incidentKey({ incident, alertId }: AlertMessage): string {
  return incident?.id ?? alertId;
}

/**
 * Whether it is over, for receivers that keep incidents: what is told of it now ends it there. A job that is stable again was
 * told as unstable in the place of an alarm.
 */
export function endsIncident({ event }: AlertMessage): boolean {
  return event === "resolved" || event === "stable";
}

/** Everything that ends with this message: the incident, and those of its outage that were told alone before. */
export function endedKeys(message: AlertMessage): string[] {
  return [incidentKey(message), ...(message.incident?.alone ?? []).map(({ id }) => id)];
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
