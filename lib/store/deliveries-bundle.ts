import type pg from "pg";
import { maySay } from "../domain/message-said.ts";
import type { GroupMember, GroupOutage, StandingMember } from "../domain/message.ts";
import { THROUGH_INDEXES, inTransaction } from "./client.ts";
import { AGAIN, AGAIN_AS, KNOWN, LAPSED, OVERTAKEN_MEMBER, WITHDRAWN } from "./deliveries-conditions.ts";
import { plainColumn } from "./literals.ts";
import { instantOf, type Queryable } from "./queryable.ts";
import { listRunMessages, runKey } from "./run-messages.ts";

/** A delivery that leaves with another one's message, or that one itself. */
export type BundleMember = GroupMember & {
  deliveryId: string;
  /** See `DeliveryContext`. */
  withdrawn: boolean;
  lapsed: boolean;
  known: boolean;
  overtaken: boolean;
  /** What was to be told as new has not left, and is over: people hear of the outage without it. */
  passed: boolean;
};

/** Of so many jobs of a message it is asked what they said: chats show few, and mails become hard to read. */
const MOST_SAID = 50;

/** So few open an outage before it is known for one. */
const MOST_ALONE = 20;

/** What leaves as one message. */
export type Bundle = {
  outage: GroupOutage;
  /** Its incidents that are open, whoever hears of them: whoever acts by a link of the message acts on these. */
  openInAll: number;
  /** The lead first. */
  members: BundleMember[];
  /** The receiver's id of the outage's latest message over this channel; null: this is the first. */
  earlierId: string | null;
  /** Whether people have heard of this outage over this channel. */
  heard: boolean;
  /** All that they have heard of it and hear now, as it is. Empty where they have not heard of it. */
  standing: StandingMember[];
};

const LEADS = `SELECT l.id, l.channel_id, l.recipient, l.attempts, la.event, o.id AS outage_id, o.kind, o.host, o.opened_at, o.created_at
  FROM unnest($1::uuid[]) AS x(id)
  JOIN deliveries l ON l.id = x.id JOIN alerts la ON la.id = l.alert_id JOIN outages o ON o.id = la.outage_id`;

/** Whether a delivery goes to whom the lead goes. */
const SAME_RECEIVER = (delivery: string) =>
  `${delivery}.channel_id IS NOT DISTINCT FROM l.channel_id AND ${delivery}.recipient IS NOT DISTINCT FROM l.recipient`;

/**
 * Whether this receiver hears of an incident `i`: one channel may have some jobs of an outage only, and what another message
 * tells on a condition nobody may ever hear of.
 */
const HEARS = `EXISTS (SELECT FROM deliveries t WHERE t.incident_id = i.id AND ${SAME_RECEIVER("t")} AND t.state <> 'dropped'
    AND (t.only_if IS NULL OR t.attempts > 0 OR t.state NOT IN ('pending', 'sending') OR coalesce(t.lead_id, t.id) = l.id))`;

/** Machine of an alert `a` of an incident `i`; only asked for where the machines are not the same anyway. */
const HOST = `LEFT JOIN LATERAL (
    SELECT r.host FROM runs r WHERE l.kind = 'project' AND r.job_id = i.job_id AND r.number <= i.run_number
      AND r.number > i.run_number - 20 AND r.host IS NOT NULL ORDER BY r.number DESC LIMIT 1
  ) h ON true`;

const MEMBER = `a.facts, i.id AS "incidentId", j.id AS "jobId", j.slug, j.name, j.time_zone AS "timeZone",
  coalesce(a.facts ->> 'host', h.host, CASE WHEN l.kind = 'host' THEN l.host END) AS host`;

// What an earlier attempt left out cannot have arrived; of one that was not booked nobody knows what it told.
const UNTOLD = `(l.attempts <= 1 OR l.booked AND NOT EXISTS (SELECT FROM message_deliveries md WHERE md.delivery_id = d.id))`;

const PASSED = `a.event IN ('opened', 'changed') AND l.heard AND i.state <> 'open' AND ${UNTOLD}`;

// Not in the words of the queue's indexes: all that is in the queue would be read for each message.
const IS_UNFINISHED = "d.state NOT IN ('sent', 'dead', 'dropped')";

/** Whether the end of an incident `i` is still to be told over the lane of a lead `l`, in another message. */
const ENDS_LATER = `(EXISTS (SELECT FROM alerts e WHERE e.incident_id = i.id AND e.event = 'resolved' AND e.plan_at IS NOT NULL)
  OR EXISTS (SELECT FROM deliveries t JOIN alerts e ON e.id = t.alert_id WHERE t.incident_id = i.id AND e.event = 'resolved'
    AND t.state NOT IN ('sent', 'dead', 'dropped') AND t.id <> l.id AND t.lead_id IS DISTINCT FROM l.id AND ${SAME_RECEIVER("t")}))`;

/** Jobs of the outage of a lead `l` of which its receiver hears. */
const COUNTS = `SELECT count(*) FILTER (WHERE x.open)::int4 AS open, count(*)::int4 AS total,
    count(*) FILTER (WHERE x.later AND NOT x.open)::int4 AS later,
    count(*) FILTER (WHERE x.again AND NOT x.open AND NOT x.later)::int4 AS again,
    max(x.ended_at) AS ended_at
  FROM (
    SELECT bool_or(i.state = 'open') AS open, max(i.resolved_at) AS ended_at, bool_or(l.event = 'resolved' AND ${ENDS_LATER}) AS later,
      bool_or(l.event = 'resolved' AND ${AGAIN("l")}) AS again
    FROM incidents i WHERE i.outage_id = l.outage_id AND ${HEARS} GROUP BY i.job_id
  ) x`;

const SELECT = `WITH leads AS MATERIALIZED (${LEADS}), known AS MATERIALIZED (
    SELECT l.*, b.booked, n.open, n.total, n.later, n.again, n.ended_at, o.open_in_all, s.alone, e.external_id AS earlier_id, e.id IS NOT NULL AS heard FROM leads l
    CROSS JOIN LATERAL (${COUNTS}) n
    CROSS JOIN LATERAL (
      SELECT count(*)::int4 AS open_in_all FROM incidents WHERE outage_id = l.outage_id AND state = 'open'
    ) o
    CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM deliveries t JOIN message_deliveries md ON md.delivery_id = t.id
        WHERE l.attempts > 1 AND (t.id = l.id OR t.lead_id = l.id)) AS booked
    ) b
    CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(json_build_object('id', i.id, 'jobId', i.job_id)), '[]') AS alone FROM (
        SELECT i.id, i.job_id FROM incidents i JOIN alerts a ON a.incident_id = i.id AND a.event = 'opened'
        JOIN deliveries t ON t.alert_id = a.id AND t.incident_id = i.id AND t.state = 'sent' AND t.created_at < l.created_at AND ${SAME_RECEIVER("t")}
        WHERE i.outage_id = l.outage_id ORDER BY i.opened_at, i.id LIMIT ${MOST_ALONE}
      ) i
    ) s
    LEFT JOIN LATERAL (
      SELECT m.id, m.external_id FROM incidents i JOIN deliveries t ON t.incident_id = i.id AND ${SAME_RECEIVER("t")}
      JOIN message_deliveries md ON md.delivery_id = t.id JOIN messages m ON m.id = md.message_id
      WHERE i.outage_id = l.outage_id AND m.accepted ORDER BY m.started_at DESC LIMIT 1
    ) e ON true
  )
  SELECT l.id AS "leadId", d.id AS "deliveryId", a.event, ${MEMBER}, l.outage_id AS "outageId", l.kind,
    l.host AS "outageHost", l.opened_at AS "openedAt", l.open, l.total, l.later, l.again, l.ended_at AS "endedAt",
    l.open_in_all AS "openInAll", l.alone, ${WITHDRAWN(UNTOLD)} AS withdrawn, ${LAPSED(UNTOLD)} AS lapsed,
    ${KNOWN(UNTOLD)} AS known, ${OVERTAKEN_MEMBER(UNTOLD)} AS overtaken, ${PASSED} AS passed, l.earlier_id AS "earlierId", l.heard
  FROM known l
  JOIN deliveries d ON (d.id = l.id OR d.lead_id = l.id) AND ${IS_UNFINISHED}
  JOIN alerts a ON a.id = d.alert_id
  JOIN incidents i ON i.id = a.incident_id
  JOIN jobs j ON j.id = a.job_id
  ${HOST}
  ORDER BY d.ordinal`;

type Row = Omit<BundleMember, "withdrawn" | "lapsed"> & {
  leadId: string;
  outageId: string;
  kind: GroupOutage["kind"];
  outageHost: string | null;
  openedAt: Date;
  open: number;
  total: number;
  later: number;
  again: number;
  endedAt: Date | null;
  openInAll: number;
  alone: GroupOutage["alone"];
  withdrawn: boolean;
  lapsed: boolean | null;
  earlierId: string | null;
  heard: boolean;
};

/** What is of an outage, by the id of the delivery that leads or leaves alone; those without an outage are missing. */
export async function loadBundles(pool: pg.Pool, leadIds: readonly string[]): Promise<Map<string, Bundle>> {
  return inTransaction(pool, async (client) => {
    await client.query(THROUGH_INDEXES);
    return load(client, leadIds);
  });
}

async function load(database: Queryable, leadIds: readonly string[]): Promise<Map<string, Bundle>> {
  const { rows } = await database.query<Row>({
    name: "deliveries-bundles",
    text: SELECT,
    values: [plainColumn(leadIds, (id) => id)],
  });
  const bundles = new Map<string, Bundle>();
  for (const row of rows) {
    const bundle = bundles.get(row.leadId) ?? newBundle(row);
    bundles.set(row.leadId, bundle);
    bundle.members.push({
      ...memberOf(row),
      deliveryId: row.deliveryId,
      withdrawn: row.withdrawn,
      lapsed: row.lapsed === true,
      known: row.known,
      overtaken: row.overtaken,
      passed: row.passed,
    });
  }
  await addStanding(database, bundles);
  await addSaid(database, bundles);
  return bundles;
}

function newBundle({ outageId, kind, outageHost, open, total, later, again, alone, ...row }: Row): Bundle {
  const { openInAll, earlierId, heard } = row;
  const times = { openedAt: instantOf(row.openedAt), endedAt: instantOf(row.endedAt) };
  const outage = { id: outageId, kind, host: outageHost, ...times, open, total, later, again, alone };
  return { outage, openInAll, members: [], earlierId, heard, standing: [] };
}

function memberOf({ event, facts, incidentId, jobId, slug, name, timeZone, host }: GroupMember): GroupMember {
  return { event, facts, incidentId, jobId, slug, name, timeZone, host };
}

/** Whether the lane of a lead `l` has told, in another message, that the job of an incident `i` is well since. */
const END_TOLD = `EXISTS (SELECT FROM incidents n JOIN deliveries t ON t.incident_id = n.id JOIN alerts e ON e.id = t.alert_id
    WHERE n.job_id = i.job_id AND n.severity = i.severity AND n.number >= i.number AND e.event IN ('resolved', 'stable')
      AND t.state = 'sent' AND t.id <> l.id AND t.lead_id IS DISTINCT FROM l.id AND ${SAME_RECEIVER("t")})`;

/** Where some are told to be well: how it is with an incident `i` that is not open. */
const ENDING = `LEFT JOIN LATERAL (
    SELECT ${AGAIN_AS("l")} AS again, coalesce(i.resolve_reason, '') IN ('paused', 'edited', 'deleted') AS closed,
      CASE WHEN ${ENDS_LATER} THEN 'later' WHEN ${END_TOLD} THEN 'told' WHEN i.muted_at IS NOT NULL THEN 'muted' END AS fate
    WHERE l.event = 'resolved' AND i.state <> 'open'
  ) n ON true`;

// Open ones first: a reader looks for those.
const STANDING = `WITH leads AS MATERIALIZED (${LEADS})
  SELECT l.id AS "leadId", CASE WHEN i.state = 'open' THEN 'opened' ELSE 'resolved' END AS event, ${MEMBER},
    n.again, n.closed, n.fate
  FROM leads l
  JOIN incidents i ON i.outage_id = l.outage_id AND ${HEARS}
  CROSS JOIN LATERAL (
    SELECT facts FROM alerts WHERE incident_id = i.id AND event IN ('opened', 'changed') ORDER BY sequence DESC LIMIT 1
  ) a
  JOIN jobs j ON j.id = i.job_id
  ${HOST}
  ${ENDING}
  ORDER BY i.state, i.opened_at, i.id`;

/** For messages that follow others: they name what was told before, and may take the place of an earlier one. */
async function addStanding(database: Queryable, bundles: ReadonlyMap<string, Bundle>): Promise<void> {
  const ids = [...bundles].flatMap(([id, { heard }]) => (heard ? [id] : []));
  if (ids.length === 0) return;
  const { rows } = await database.query<StandingMember & { leadId: string }>({
    name: "deliveries-standing",
    text: STANDING,
    values: [plainColumn(ids, (id) => id)],
  });
  for (const row of rows) {
    const { again, closed, fate } = row;
    bundles.get(row.leadId)?.standing.push({ ...memberOf(row), again, closed, fate });
  }
}

/** Others of the batch must not suffer where one's facts cannot be worded. */
function isReadable({ facts }: GroupMember): boolean {
  return Number.isSafeInteger((Object(facts) as Partial<GroupMember["facts"]>).runNumber);
}

/** What the runs that messages name said beside their bodies: one question for all of them, none where no run came. */
async function addSaid(database: Queryable, bundles: ReadonlyMap<string, Bundle>): Promise<void> {
  const listed = [...bundles.values()].flatMap(({ members, standing }) =>
    [members, standing].flatMap((own: GroupMember[]) => own.filter(isReadable).filter(maySay).slice(0, MOST_SAID)),
  );
  const runOf = ({ jobId, facts }: GroupMember) => ({ jobId, number: facts.runNumber });
  const runs = new Map(listed.map((member) => [runKey(runOf(member)), runOf(member)]));
  if (runs.size === 0) return;
  const messages = await listRunMessages(database, [...runs.values()]);
  for (const member of listed) member.said = messages.get(runKey(runOf(member))) ?? null;
}
