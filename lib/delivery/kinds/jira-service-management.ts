import { clip } from "../../domain/message-text.ts";
import type { AlertMessage } from "../../domain/message.ts";
import type { ChannelKind, SendReceipt } from "../channel.ts";
import { receiptOf, type HttpSender } from "../http.ts";
import { endedKeys, endsIncident, incidentKey, type Urgency, urgencyOf } from "../markup/incident.ts";
import { renderPlainBody, renderPlainText } from "../markup/plain-text.ts";
import { maskKey, parseChoice, parseSetting } from "../settings/setting.ts";

type Service = "jsm" | "opsgenie" | "opsgenie-eu";

export type JiraServiceManagementSettings = { key: string; service: Service };

const ALERTS: Readonly<Record<Service, string>> = {
  jsm: "https://api.atlassian.com/jsm/ops/integration/v2/alerts",
  opsgenie: "https://api.opsgenie.com/v2/alerts",
  "opsgenie-eu": "https://api.eu.opsgenie.com/v2/alerts",
};

const PRIORITIES: Readonly<Record<Urgency, string>> = { critical: "P1", error: "P2", warning: "P3", info: "P5" };

const MESSAGE_LENGTH = 130;
const DESCRIPTION_LENGTH = 15_000;
const ENTITY_LENGTH = 512;
const TAG_LENGTH = 50;

/** Alerts of Jira Service Management, and of Opsgenie, whose API it has taken over: one an incident, closed by its recovery. */
export function jiraServiceManagementKind(
  http: HttpSender,
  alerts: Readonly<Record<Service, string>> = ALERTS,
): ChannelKind<JiraServiceManagementSettings> {
  return {
    kind: "jira-service-management",
    label: "Jira Service Management",
    hint: "Also Opsgenie. In your team's Operations: Integrations → Add → API, and copy its API key. A test opens an alert that you close there.",
    fields: [
      { name: "key", label: "API key", placeholder: "of an API integration", input: "secret" },
      {
        name: "service",
        label: "Service",
        placeholder: "",
        input: "choice",
        choices: [
          { value: "jsm", label: "Jira Service Management" },
          { value: "opsgenie", label: "Opsgenie" },
          { value: "opsgenie-eu", label: "Opsgenie, Europe" },
        ],
        optional: true,
      },
    ],
    unavailable: null,
    keepsIncidents: true,
    parseSettings: ({ key, service }) => ({
      key: parseSetting(key, {
        field: "key",
        pattern: /^[\w.+/=-]{8,500}$/,
        sentence: "Paste the API key of an API integration, without spaces.",
      }),
      service: parseChoice(service, ["jsm", "opsgenie", "opsgenie-eu"], "service"),
    }),
    summary: ({ key, service }) => `${new URL(ALERTS[service]).host} ${maskKey(key)}`,
    async send({ key, service }, message, { signal }) {
      const alias = incidentKey(message);
      const headers = { "content-type": "application/json", authorization: `GenieKey ${key}` };
      const call = async (path: string, content: object): Promise<SendReceipt> => {
        const body = JSON.stringify(content);
        return {
          ...receiptOf(await http.call({ url: `${alerts[service]}${path}`, headers, body, signal })),
          externalId: alias,
        };
      };
      if (!endsIncident(message)) return call("", alertBody(message, alias));
      const close = (one: string) => call(`/${encodeURIComponent(one)}/close?identifierType=alias`, closeBody(message));
      // What is closed already is closed once more where one of them is refused and all are sent again.
      const [, ...others] = endedKeys(message);
      for (const other of others) await close(other);
      return close(alias);
    },
  };
}

/** While an alert of that alias is open, a second one only counts up on it. */
function alertBody(message: AlertMessage, alias: string) {
  const { job, project, run } = message;
  return {
    message: clip(message.verdict, MESSAGE_LENGTH),
    alias,
    description: clip(renderPlainBody(message), DESCRIPTION_LENGTH),
    source: "Belfry",
    priority: PRIORITIES[urgencyOf(message)],
    ...(job === null ? {} : { entity: clip(run?.host || job.name, ENTITY_LENGTH) }),
    tags: ["belfry", project?.name, job?.slug]
      .filter((tag) => tag !== undefined)
      .map((tag) => clip(tag.replaceAll(",", " "), TAG_LENGTH)),
  };
}

function closeBody(message: AlertMessage) {
  return { source: "Belfry", note: clip(renderPlainText(message), DESCRIPTION_LENGTH) };
}
