import { SECOND } from "../../domain/time.ts";
import { clip } from "../../domain/message-text.ts";
import type { AlertMessage } from "../../domain/message.ts";
import { AppError } from "../../errors.ts";
import type { ChannelKind, SendReceipt } from "../channel.ts";
import { DeliveryError } from "../channel.ts";
import { readAnswer } from "../api-answer.ts";
import type { HttpAnswer, HttpSender } from "../http.ts";
import { endedKeys, endsIncident, incidentKey, pageOf, type Urgency, urgencyOf } from "../markup/incident.ts";
import { renderPlainBody } from "../markup/plain-text.ts";
import { maskUrl, parseTargetUrl } from "../settings/address.ts";

export type SplunkOnCallSettings = { url: URL };

const EXAMPLE = "https://alert.victorops.com/integrations/generic/20131114/alert/…/database";

const STATE_MESSAGE_LENGTH = 20_000;

const TYPES: Readonly<Record<Urgency, string>> = {
  critical: "CRITICAL",
  error: "CRITICAL",
  warning: "WARNING",
  info: "INFO",
};

/** The REST endpoint of Splunk On-Call (VictorOps): one incident there for one here, which its recovery ends. */
export function splunkOnCallKind(http: HttpSender): ChannelKind<SplunkOnCallSettings> {
  return {
    kind: "splunk-on-call",
    label: "Splunk On-Call",
    hint: "In Splunk On-Call: Integrations → 3rd Party Integrations → REST – Generic, and copy the URL to notify. A test shows on the timeline and pages nobody.",
    fields: [
      {
        name: "url",
        label: "URL to notify",
        placeholder: EXAMPLE,
        input: "secret",
        hint: "Write a routing key of yours in the place of $routing_key at its end.",
      },
    ],
    unavailable: null,
    keepsIncidents: true,
    parseSettings({ url }) {
      const parsed = parseTargetUrl(url, http.rule, "url", EXAMPLE);
      if (/\$|%24/.test(parsed.pathname)) {
        throw new AppError("invalid", "Replace $routing_key at the end with a routing key, such as database.", "url");
      }
      return { url: parsed };
    },
    summary: ({ url }) => maskUrl(url),
    async send({ url }, message, { signal }) {
      const headers = { "content-type": "application/json" };
      const tell = async (alert: object): Promise<SendReceipt> => {
        const body = JSON.stringify(alert);
        return receive(await http.call({ url: url.href, headers, body, signal }));
      };
      const alert = splunkAlert(message);
      const [, ...others] = endsIncident(message) ? endedKeys(message) : [];
      for (const other of others) await tell({ ...alert, entity_id: other });
      return { ...(await tell(alert)), externalId: incidentKey(message) };
    },
  };
}

/** A refusal can come under status 200. @throws DeliveryError */
function receive(answer: HttpAnswer): SendReceipt {
  const receipt = readAnswer(answer);
  if (!/"result"\s*:\s*"failure"/.test(receipt.answer)) return receipt;
  throw new DeliveryError({ permanent: true, status: receipt.status, answer: receipt.answer });
}

function splunkAlert(message: AlertMessage) {
  const page = pageOf(message);
  return {
    message_type: endsIncident(message) ? "RECOVERY" : TYPES[urgencyOf(message)],
    entity_id: incidentKey(message),
    entity_display_name: message.verdict,
    state_message: clip(renderPlainBody({ ...message, actions: [] }), STATE_MESSAGE_LENGTH),
    state_start_time: Math.floor((message.incident?.openedAt ?? message.at) / SECOND),
    monitoring_tool: "Belfry",
    ...(message.run?.host ? { host_name: message.run.host } : {}),
    ...(message.job === null ? {} : { job: message.job.name }),
    ...(message.project === null ? {} : { project: message.project.name }),
    ...(page === null ? {} : { alert_url: page }),
  };
}
