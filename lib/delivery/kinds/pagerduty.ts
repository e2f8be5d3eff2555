import { clip } from "../../domain/message-text.ts";
import type { AlertMessage } from "../../domain/message.ts";
import type { ChannelKind, SendReceipt } from "../channel.ts";
import { receiptOf, type HttpSender } from "../http.ts";
import { detailsOf, endedKeys, endsIncident, incidentKey, pageOf, urgencyOf } from "../markup/incident.ts";
import { maskKey, parseChoice, parseSetting } from "../settings/setting.ts";

type Region = "us" | "eu";

export type PagerDutySettings = { routingKey: string; region: Region };

const ORIGINS: Readonly<Record<Region, string>> = {
  us: "https://events.pagerduty.com",
  eu: "https://events.eu.pagerduty.com",
};

const SUMMARY_LENGTH = 1_024;

/** Events of PagerDuty's Events API v2: one alert an incident, which its recovery resolves. */
export function pagerdutyKind(
  http: HttpSender,
  origins: Readonly<Record<Region, string>> = ORIGINS,
): ChannelKind<PagerDutySettings> {
  return {
    kind: "pagerduty",
    label: "PagerDuty",
    hint: "In PagerDuty: Services → your service → Integrations → Events API V2, and copy its integration key. A test opens an alert that you resolve there.",
    fields: [
      { name: "routingKey", label: "Integration key", placeholder: "32 letters and digits", input: "secret" },
      {
        name: "region",
        label: "Region",
        placeholder: "",
        input: "choice",
        choices: [
          { value: "us", label: "United States" },
          { value: "eu", label: "Europe" },
        ],
        optional: true,
        hint: "Europe where your address in PagerDuty ends in eu.pagerduty.com.",
      },
    ],
    unavailable: null,
    keepsIncidents: true,
    parseSettings: ({ routingKey, region }) => ({
      routingKey: parseSetting(routingKey, {
        field: "routingKey",
        pattern: /^[A-Za-z0-9]{32}$/,
        sentence: "Paste the integration key of an Events API V2 integration: 32 letters and digits.",
      }),
      region: parseChoice(region, ["us", "eu"], "region"),
    }),
    summary: ({ routingKey, region }) => `${new URL(ORIGINS[region]).host} ${maskKey(routingKey)}`,
    async send({ routingKey, region }, message, { signal }) {
      const url = `${origins[region]}/v2/enqueue`;
      const headers = { "content-type": "application/json" };
      const send = async (event: object): Promise<SendReceipt> => {
        const body = JSON.stringify({ routing_key: routingKey, ...event });
        return receiptOf(await http.call({ url, headers, body, signal }));
      };
      const receipt = await (endsIncident(message) ? resolveAll(message, send) : send(pagerdutyEvent(message)));
      return { ...receipt, externalId: incidentKey(message) };
    },
  };
}

/** The last answer counts: where one is refused, all are sent again, and what is resolved already stays so. */
async function resolveAll(message: AlertMessage, send: (event: object) => Promise<SendReceipt>): Promise<SendReceipt> {
  const [key, ...others] = endedKeys(message);
  for (const other of others) await send({ event_action: "resolve", dedup_key: other });
  return send({ event_action: "resolve", dedup_key: key });
}

/** The event without its key. A second copy changes nothing: PagerDuty knows it by `dedup_key`. */
function pagerdutyEvent(message: AlertMessage) {
  const dedupKey = incidentKey(message);
  const page = pageOf(message);
  const cause = message.incident?.cause ?? null;
  return {
    event_action: "trigger",
    dedup_key: dedupKey,
    client: "Belfry",
    ...(page === null ? {} : { client_url: page }),
    links: [...message.actions, ...message.links].map(({ label, url }) => ({ href: url, text: label })),
    payload: {
      summary: clip(message.verdict, SUMMARY_LENGTH),
      source: message.run?.host || message.job?.name || "Belfry",
      severity: urgencyOf(message),
      timestamp: new Date(message.at).toISOString(),
      ...(message.job === null ? {} : { component: message.job.slug }),
      ...(message.project === null ? {} : { group: message.project.name }),
      ...(cause === null ? {} : { class: cause }),
      custom_details: detailsOf(message),
    },
  };
}
