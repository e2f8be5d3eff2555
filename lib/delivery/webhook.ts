import type { AlertMessage, MessageIncident, MessageRun } from "../domain/message.ts";
import type { Instant } from "../domain/time.ts";
import type { ChannelKind } from "./channel.ts";
import { receiptOf, type HttpSender } from "./http.ts";
import { maskUrl, parseTargetUrl } from "./target-url.ts";

export type WebhookSettings = { url: URL };

const EXAMPLE = "https://example.org/hooks/belfry";

/** The message as JSON for a program of one's own. */
export function webhookKind(http: HttpSender): ChannelKind<WebhookSettings> {
  return {
    kind: "webhook",
    label: "Webhook",
    hint: "Gets a POST with JSON for every alert.",
    fields: [{ name: "url", label: "URL", placeholder: EXAMPLE }],
    unavailable: null,
    parseSettings: ({ url }) => ({ url: parseTargetUrl(url, http.rule, "url", EXAMPLE) }),
    summary: ({ url }) => maskUrl(url),
    async send({ url }, message, { deliveryId, signal }) {
      const headers = { "content-type": "application/json; charset=utf-8", "idempotency-key": deliveryId };
      const body = JSON.stringify(webhookBody(message, deliveryId));
      return receiptOf(await http.call({ url: url.href, headers, body, signal }));
    },
  };
}

/** The body that is posted: the typed message, with every instant as ISO 8601 in UTC. */
export function webhookBody(message: AlertMessage, deliveryId: string) {
  return {
    ...message,
    version: 1,
    deliveryId,
    at: iso(message.at),
    incident: message.incident === null ? null : incidentBody(message.incident),
    run: message.run === null ? null : runBody(message.run),
  };
}

function incidentBody(incident: MessageIncident) {
  return { ...incident, openedAt: iso(incident.openedAt), resolvedAt: iso(incident.resolvedAt) };
}

function runBody(run: MessageRun) {
  const { slotAt, deadlineAt, startedAt, finishedAt } = run;
  return {
    ...run,
    slotAt: iso(slotAt),
    deadlineAt: iso(deadlineAt),
    startedAt: iso(startedAt),
    finishedAt: iso(finishedAt),
  };
}

function iso(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
