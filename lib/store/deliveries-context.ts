import type { OnlyIf } from "../domain/alerting/channel-rules.ts";
import type { AlertEvent, AlertFacts } from "../domain/incident.ts";
import type { ScheduleSpec } from "../domain/job.ts";
import type { MessageInput } from "../domain/message.ts";
import { waitsOf } from "../domain/message-wait.ts";
import type { NoticeFacts, TestFacts } from "../domain/notice.ts";
import type { ReportFacts } from "../domain/reports/report-facts.ts";
import type { Instant, Millis } from "../domain/time.ts";
import { SERVES } from "./channel-sharing.ts";
import { KNOWN, LAPSED, OVERTAKEN, WITHDRAWN } from "./deliveries-conditions.ts";
import { plainColumn } from "./literals.ts";
import { unpackBody } from "./ping-bodies.ts";
import { RUN_MESSAGE } from "./run-messages.ts";
import { loadSurroundings, type Surroundings } from "./deliveries-surroundings.ts";
import { instantOf, type Queryable } from "./queryable.ts";

/** What is needed to word and send one delivery. */
export type DeliveryContext = {
  id: string;
  /** Null: mail to `recipient`. */
  channel: { id: string; kind: string; name: string; enabled: boolean; serves: boolean; sealedSettings: string } | null;
  recipient: string | null;
  jobId: string | null;
  incidentId: string | null;
  runNumber: number | null;
  /** The alarm has not left, and its incident was taken back meanwhile: nobody needs to hear of either. */
  withdrawn: boolean;
  /** What it was to be sent for does not hold any more: somebody looks after the incident, or it is over. */
  lapsed: boolean;
  /** A person said that they look after the incident while its alarm was held back. */
  known: boolean;
  /** The job is in trouble again, as its receiver knows: the end of what was before would read as if it were well. */
  overtaken: boolean;
  /** From here it is counted how long people waited for it; null: it was not to leave at once. */
  lagFrom: Instant | null;
  /** The receiver's id of what it was told of the same incident before; null: nothing. */
  earlierId: string | null;
  /** Null for an event that has no wording yet. */
  input: MessageInput | null;
};

/** Of a run's output only the end is worded: enough for error lines far above the last ones. */
const OUTPUT_BYTES = 32_768;
const USUAL_RUNS = 50;
/** Further back nothing is looked for: a job may have failed a million times in a row. */
const LOOK_BACK_RUNS = 1_000;

const UNTOLD = "d.attempts <= 1";

const SELECT = `SELECT d.id, d.recipient, d.attempts, d.only_if AS "onlyIf", a.id AS "alertId", a.event, a.created_at AS at, a.facts,
    a.incident_id AS "incidentId", i.number AS "incidentNumber", a.job_id AS "jobId",
    c.id AS "channelId", c.kind, c.name AS "channelName", c.enabled, ${SERVES} AS serves, c.settings,
    p.id AS "projectId", p.name AS "projectName", p.mask_patterns AS "maskPatterns", j.slug, j.name AS "jobName", j.time_zone AS "timeZone",
    j.schedule_kind AS "scheduleKind", f.run_number AS "runNumber", u.runs, u.median, u.p95, h.host, o.body, o.deflated, o.size, s.message,
    ${WITHDRAWN(UNTOLD)} AS withdrawn, ${LAPSED(UNTOLD)} AS lapsed,
    ${KNOWN(UNTOLD)} IS TRUE AS known, ${OVERTAKEN(UNTOLD)} AS overtaken, d.lag_from AS "lagFrom"
  FROM unnest($1::uuid[]) AS x(id)
  JOIN deliveries d ON d.id = x.id
  JOIN alerts a ON a.id = d.alert_id
  LEFT JOIN channels c ON c.id = d.channel_id
  LEFT JOIN projects p ON p.id = a.project_id
  LEFT JOIN jobs j ON j.id = a.job_id
  LEFT JOIN incidents i ON i.id = a.incident_id
  CROSS JOIN LATERAL (
    SELECT CASE WHEN a.facts ->> 'runNumber' ~ '^[0-9]{1,15}$' THEN (a.facts ->> 'runNumber')::int8 END AS run_number
  ) f
  LEFT JOIN runs t ON t.job_id = a.job_id AND t.number = f.run_number
  LEFT JOIN LATERAL (
    SELECT count(*)::int4 AS runs, percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_ms) AS median,
      percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95
    FROM (
      SELECT k.duration_ms FROM runs k
      WHERE k.job_id = a.job_id AND k.number < f.run_number AND k.number >= f.run_number - ${LOOK_BACK_RUNS}
        AND k.outcome = 'ok' AND k.duration_ms IS NOT NULL
      ORDER BY k.number DESC LIMIT ${USUAL_RUNS}) AS last
  ) u ON true
  LEFT JOIN LATERAL (
    SELECT k.host FROM runs k
    WHERE k.job_id = a.job_id AND k.number <= f.run_number AND k.number >= f.run_number - ${LOOK_BACK_RUNS}
      AND k.host IS NOT NULL
    ORDER BY k.number DESC LIMIT 1
  ) h ON true
  LEFT JOIN LATERAL (
    SELECT CASE WHEN b.deflated THEN b.body
      ELSE substring(b.body FROM greatest(1, length(b.body) - ${OUTPUT_BYTES - 1})) END AS body, b.deflated,
      length(b.body) AS size
    FROM ping_bodies b
    WHERE a.event <> 'resolved' AND b.ping_id = t.output_ping_id AND b.received_at = t.output_received_at
  ) o ON true
  LEFT JOIN LATERAL (
    SELECT m.message FROM (${RUN_MESSAGE("t")}) m WHERE a.event NOT IN ('resolved', 'stable') AND a.facts ->> 'cause' <> 'missed'
  ) s ON true`;

type Row = {
  id: string;
  recipient: string | null;
  onlyIf: OnlyIf;
  alertId: string;
  event: AlertEvent;
  at: Date;
  facts: unknown;
  incidentId: string | null;
  incidentNumber: number | null;
  jobId: string | null;
  channelId: string | null;
  kind: string | null;
  channelName: string | null;
  enabled: boolean | null;
  serves: boolean | null;
  settings: string | null;
  projectId: string | null;
  projectName: string | null;
  maskPatterns: string[] | null;
  slug: string | null;
  jobName: string | null;
  timeZone: string | null;
  scheduleKind: ScheduleSpec["kind"] | null;
  runNumber: number | null;
  runs: number | null;
  median: Millis | null;
  p95: Millis | null;
  host: string | null;
  /** The end of it, unless it is deflated. */
  body: Buffer | null;
  deflated: boolean | null;
  /** Of the whole, as it is stored. */
  size: number | null;
  message: string | null;
  withdrawn: boolean;
  lapsed: boolean | null;
  known: boolean;
  overtaken: boolean;
  lagFrom: Date | null;
};

/** Contexts of claimed deliveries by id; one that was deleted meanwhile is missing. */
export async function loadDeliveryContexts(
  database: Queryable,
  deliveryIds: readonly string[],
  baseUrl: string,
): Promise<Map<string, DeliveryContext>> {
  const { rows } = await database.query<Row>({
    name: "deliveries-context",
    text: SELECT,
    values: [plainColumn(deliveryIds, (id) => id)],
  });
  const ofIncidents = rows.filter(({ incidentId }) => incidentId !== null).map(({ id }) => id);
  const around = await loadSurroundings(database, ofIncidents);
  return new Map(rows.map((row) => [row.id, contextOf(row, around.get(row.id) ?? NOTHING_AROUND, baseUrl)]));
}

const NOTHING_AROUND: Surroundings = { earlierId: null, elsewhere: null };

function contextOf(row: Row, { earlierId, elsewhere }: Surroundings, baseUrl: string): DeliveryContext {
  const { id, recipient, jobId, incidentId, runNumber, withdrawn, lapsed, known, overtaken } = row;
  return {
    id,
    recipient,
    jobId,
    incidentId,
    runNumber,
    withdrawn,
    lapsed: lapsed === true,
    known,
    overtaken,
    lagFrom: instantOf(row.lagFrom),
    earlierId,
    channel: channelOf(row),
    input: inputOf(row, elsewhere, baseUrl),
  };
}

function channelOf({ channelId, kind, channelName, enabled, serves, settings }: Row): DeliveryContext["channel"] {
  if (channelId === null || kind === null || settings === null) return null;
  return {
    ...{ id: channelId, kind, name: channelName ?? kind, sealedSettings: settings },
    ...{ enabled: enabled ?? true, serves: serves === true },
  };
}

function inputOf(row: Row, elsewhere: Surroundings["elsewhere"], baseUrl: string): MessageInput | null {
  const { alertId, event, projectId, projectName } = row;
  const project = projectId === null ? null : { id: projectId, name: projectName ?? "" };
  const common = { alertId, at: instantOf(row.at), baseUrl, maskPatterns: row.maskPatterns ?? [], project };
  switch (event) {
    case "report":
      return { ...common, event, facts: factsAs<ReportFacts>(row), graceLinks: new Map() };
    case "notice":
      return { ...common, event, facts: factsAs<NoticeFacts>(row) };
    case "test":
      return { ...common, event, facts: factsAs<TestFacts>(row) };
    default:
      if (row.jobId === null || row.incidentId === null) return null;
      return {
        ...common,
        event,
        facts: factsAs<AlertFacts>(row),
        waited: waitsOf(heldIn(row), row.onlyIf),
        incident: { id: row.incidentId, number: row.incidentNumber ?? 0 },
        job: {
          id: row.jobId,
          slug: row.slug ?? "",
          name: row.jobName ?? row.slug ?? "",
          timeZone: row.timeZone ?? "UTC",
          scheduleKind: row.scheduleKind ?? "none",
        },
        lastHost: row.host,
        usual: usualOf(row),
        output: outputOf(row),
        said: row.message,
        elsewhere,
      };
  }
}

/** Read beside many others, which must not suffer where one's facts cannot be worded. */
function heldIn({ facts }: Row): Pick<AlertFacts, "held"> {
  const { held } = Object(facts) as Partial<AlertFacts>;
  return Array.isArray(held) ? { held } : {};
}

/** Facts are written by this program only, in the shape that goes with the alert's event. */
function factsAs<T>(row: Row): T {
  return row.facts as T;
}

function usualOf({ runs, median, p95 }: Row): { medianMs: Millis; p95Ms: Millis; runs: number } | null {
  if (runs === null || median === null || p95 === null) return null;
  return { medianMs: median, p95Ms: p95, runs };
}

/** Bytes that are not UTF-8 become replacement characters; the line that the cut went through is left out. */
function outputOf({ body, deflated, size }: Row): string | null {
  if (body === null) return null;
  const known = deflated === true ? unpackBody({ body, deflated }) : body;
  const text = known.subarray(-OUTPUT_BYTES).toString("utf8");
  const whole = deflated === true ? known.length : (size ?? 0);
  return whole <= OUTPUT_BYTES ? text : text.slice(text.indexOf("\n") + 1);
}
