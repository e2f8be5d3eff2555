import { clip } from "../../domain/message-text.ts";
import type { AlertMessage } from "../../domain/message.ts";
import { DAY, HOUR, type Instant } from "../../domain/time.ts";
import type { ChannelKind } from "../channel.ts";
import { readAnswer } from "../api-answer.ts";
import type { HttpSender } from "../http.ts";
import { endsIncident, incidentKey, pageOf, urgencyOf } from "../markup/incident.ts";
import { parseOptional } from "../settings/setting.ts";
import { renderPlainBody } from "../markup/plain-text.ts";
import { addressBelow, parseServerUrl, serverName } from "../settings/address.ts";

export type AlertmanagerSettings = { server: URL; authorization: string | null };

const EXAMPLE = "https://alertmanager.example.org";
const AUTHORIZATION = {
  field: "authorization",
  pattern: /^[\x20-\x7e]{1,4000}$/,
  sentence: "Write the header's value on one line, such as Bearer and a token.",
};

const DESCRIPTION_LENGTH = 20_000;

/**
 * Alertmanager takes an alert that is not sent again for recovered (after five minutes by default), so each carries an end
 * far ahead and the recovery brings it forward: an alert that stays too long does less harm than one that seems over.
 */
const OPEN_FOR = 365 * DAY;
/** Nothing ends a notice or a test. */
const NOTICE_FOR = HOUR;

/** The v2 API of Prometheus Alertmanager: one alert an incident, known by its labels. */
export function alertmanagerKind(http: HttpSender): ChannelKind<AlertmanagerSettings> {
  return {
    kind: "alertmanager",
    label: "Prometheus Alertmanager",
    hint: "Posts to /api/v2/alerts. Labels to route by: alertname BelfryIncident or BelfryNotice, severity, project_id, job_id.",
    fields: [
      { name: "server", label: "Server", placeholder: EXAMPLE },
      {
        name: "authorization",
        label: "Authorization header",
        placeholder: "Bearer …",
        input: "secret",
        optional: true,
        hint: "Where a proxy asks for it.",
      },
    ],
    unavailable: null,
    keepsIncidents: true,
    parseSettings: ({ server, authorization }) => ({
      server: parseServerUrl(server, http.rule, EXAMPLE),
      authorization: parseOptional(authorization, AUTHORIZATION),
    }),
    summary: ({ server }) => serverName(server),
    async send({ server, authorization }, message, { signal }) {
      const url = addressBelow(server, "/api/v2/alerts");
      const headers = {
        "content-type": "application/json",
        ...(authorization === null ? {} : { authorization }),
      };
      const body = JSON.stringify(alertmanagerAlerts(message, Date.now()));
      return readAnswer(await http.call({ url, headers, body, signal }));
    },
  };
}

/** The alert, and with the end of an outage those of its incidents that were told alone before. */
export function alertmanagerAlerts(message: AlertMessage, now: Instant) {
  const alert = alertmanagerAlert(message, now);
  if (!endsIncident(message)) return [alert];
  const alone = (message.incident?.alone ?? []).map(({ id, jobId }) => {
    return { ...alert, labels: { ...alert.labels, job_id: jobId, incident_id: id } };
  });
  const ended = [alert, ...alone];
  if (!isOfOutage(message)) return ended;
  // Each message is as bad as the jobs that it names, so any of these may have been told as either.
  return ended.flatMap((one) =>
    (["critical", "warning"] as const).map((severity) => ({ ...one, labels: { ...one.labels, severity } })),
  );
}

/** Its messages name several jobs, or the one that is in trouble as well. */
function isOfOutage({ members }: AlertMessage): boolean {
  return members.length > 0;
}

/** Labels are what an alert is known by: only what never changes about an incident stands there, so no names. */
export function alertmanagerAlert(message: AlertMessage, now: Instant) {
  const { incident, job, project, run } = message;
  const page = pageOf(message);
  return {
    labels: {
      alertname: incident === null ? "BelfryNotice" : "BelfryIncident",
      severity: urgencyOf(message),
      ...(project === null ? {} : { project_id: project.id }),
      ...(job === null || isOfOutage(message) ? {} : { job_id: job.id }),
      [incident === null ? "alert_id" : "incident_id"]: incidentKey(message),
    },
    annotations: {
      summary: message.verdict,
      description: clip(renderPlainBody({ ...message, actions: [] }), DESCRIPTION_LENGTH),
      ...(project === null ? {} : { project: project.name }),
      ...(job === null ? {} : { job: job.name }),
      ...(run?.host ? { host: run.host } : {}),
    },
    startsAt: iso(incident?.openedAt ?? message.at),
    endsAt: iso(endOf(message, now)),
    ...(page === null ? {} : { generatorURL: page }),
  };
}

function endOf(message: AlertMessage, now: Instant): Instant {
  const { incident, at } = message;
  if (incident === null) return now + NOTICE_FOR;
  return endsIncident(message) ? (incident.resolvedAt ?? at) : at + OPEN_FOR;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
