import { outputLines } from "../../domain/message-parts.ts";
import type { AlertMessage, MessageIncident, MessageRun } from "../../domain/message.ts";
import type { Instant } from "../../domain/time.ts";
import { AppError } from "../../errors.ts";
import { type BodyTemplate, fillTemplate, parseTemplate, type TemplateValues } from "../markup/body-template.ts";
import type { ChannelField, ChannelKind } from "../channel.ts";
import { receiptOf, type HttpSender } from "../http.ts";
import { pageOf } from "../markup/incident.ts";
import { parseOwnHeaders } from "../settings/own-headers.ts";
import { renderPlainText } from "../markup/plain-text.ts";
import { parseChoice } from "../settings/setting.ts";
import { parseSigningSecret, signatureHeaders } from "../settings/signing.ts";
import { maskUrl, parseTargetUrl } from "../settings/address.ts";

const METHODS = ["POST", "PUT", "PATCH", "GET"] as const;

export type WebhookSettings = {
  url: URL;
  method: (typeof METHODS)[number];
  /** By lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** Null: the whole message as JSON. */
  template: BodyTemplate | null;
  /** Null: not signed. */
  secret: Buffer | null;
};

const EXAMPLE = "https://example.org/hooks/belfry";

const FIELDS: readonly ChannelField[] = [
  { name: "url", label: "URL", placeholder: EXAMPLE, confidential: true },
  {
    name: "method",
    label: "Method",
    placeholder: "",
    input: "choice",
    choices: METHODS.map((value) => ({ value, label: value })),
    optional: true,
    hint: "POST unless you choose another; GET carries no body.",
  },
  {
    name: "headers",
    label: "Headers",
    placeholder: "Authorization: Bearer …",
    input: "long",
    optional: true,
    confidential: true,
    hint: "One to a line.",
  },
  {
    name: "template",
    label: "Body",
    placeholder: '{"text": "{{verdict}}", "exit": {{run.exitCode|value}}}',
    input: "long",
    optional: true,
    hint: "Left empty, the whole message as JSON. {{verdict}} is written for the inside of JSON quotes, {{verdict|value}} with quotes of its own, {{verdict|url}} for addresses and forms, {{verdict|text}} as it is.",
  },
  {
    name: "secret",
    label: "Signing secret",
    placeholder: "whsec_…",
    input: "secret",
    optional: true,
    hint: "Signs each call after the Standard Webhooks scheme.",
  },
];

/** A call to a program of one's own: the message as JSON, or what a template makes of it. */
export function webhookKind(http: HttpSender): ChannelKind<WebhookSettings> {
  return {
    kind: "webhook",
    label: "Webhook",
    hint: "Calls an address of yours for every alert, with JSON unless you say otherwise.",
    fields: FIELDS,
    unavailable: null,
    parseSettings({ url, method: typed, headers = "", template = "", secret = "" }) {
      const method = parseChoice(typed, METHODS, "method");
      if (method === "GET" && template !== "")
        throw new AppError("invalid", "A GET carries no body: choose POST, or leave the body empty.", "template");
      return {
        url: parseTargetUrl(url, http.rule, "url", EXAMPLE),
        method,
        headers: parseOwnHeaders(headers, "headers"),
        template: template === "" ? null : parseTemplate(template, "template"),
        secret: secret === "" ? null : parseSigningSecret(secret, "secret"),
      };
    },
    summary: ({ url, method }) => (method === "POST" ? maskUrl(url) : `${method} ${maskUrl(url)}`),
    async send({ url, method, headers, template, secret }, message, { deliveryId, signal }) {
      const body = method === "GET" ? "" : bodyOf(message, { template, deliveryId });
      const sent = {
        ...(method === "GET" ? {} : { "content-type": "application/json; charset=utf-8" }),
        ...headers,
        "idempotency-key": deliveryId,
        ...(secret === null ? {} : signatureHeaders(secret, { id: deliveryId, body }, Date.now())),
      };
      return receiptOf(await http.call({ method, url: url.href, headers: sent, body, signal }));
    },
  };
}

function bodyOf(
  message: AlertMessage,
  { template, deliveryId }: { template: BodyTemplate | null; deliveryId: string },
): string {
  const body = webhookBody(message, deliveryId);
  return template === null ? JSON.stringify(body) : fillTemplate(template, templateValues(message, body));
}

function templateValues(message: AlertMessage, body: ReturnType<typeof webhookBody>): TemplateValues {
  const { project, job, output } = message;
  const { incident, run } = body;
  return {
    ...{ verdict: body.verdict, event: body.event, tone: body.tone, at: body.at, why: body.why, action: body.action },
    ...{ since: body.since, duration: body.duration, lastGood: body.lastGood, nextExpected: body.nextExpected },
    ...{ alertId: body.alertId, deliveryId: body.deliveryId, page: pageOf(message), message: body },
    text: renderPlainText(message),
    output: output === null ? null : outputLines(output).join("\n"),
    said: body.said ?? null,
    "project.id": project?.id,
    "project.name": project?.name,
    "job.id": job?.id,
    "job.slug": job?.slug,
    "job.name": job?.name,
    "incident.id": incident?.id,
    "incident.number": incident?.number,
    "incident.severity": incident?.severity,
    "incident.cause": incident?.cause,
    "incident.openedAt": incident?.openedAt,
    "incident.resolvedAt": incident?.resolvedAt,
    "incident.resolveReason": incident?.resolveReason,
    "run.number": run?.number,
    "run.host": run?.host,
    "run.exitCode": run?.exitCode,
    "run.durationMs": run?.durationMs,
  };
}

/** The body that is posted: the typed message, with every instant as ISO 8601 in UTC. */
export function webhookBody(message: AlertMessage, deliveryId: string) {
  return {
    ...message,
    // Its jobs are in `members`; whoever follows an outage adds them up.
    standing: undefined,
    report: undefined,
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
