import { TAKEN_BACK } from "../domain/incident.ts";

// A recovery is told together with its alarm.
const IS_TAKEN_BACK = `coalesce(i.resolve_reason, '') IN (${TAKEN_BACK.map((reason) => `'${reason}'`).join(", ")})`;

// A job that is gone is not unstable any more; of one that is well just now people have to know that it is.
const TELLS_OF_TROUBLE = `(a.event = 'opened' OR a.event = 'unstable' AND i.resolve_reason = 'deleted')`;

/**
 * Whether nobody needs to hear of a delivery `d`, its alert `a` being the alarm of an incident `i` that was taken back.
 * `untold`: the condition that it cannot have arrived.
 */
export const WITHDRAWN = (untold: string): string => `${IS_TAKEN_BACK} AND ${untold} AND ${TELLS_OF_TROUBLE}`;

// What fails and recovers again and again may be well just now.
const OVER = `(i.state <> 'open' AND a.event <> 'unstable')`;

const SOMEBODY_KNOWS = `i.muted_at IS NOT NULL OR i.snoozed_until_success
  OR coalesce(i.snoozed_until > belfry_now(), false) OR (d.only_if = 'unacknowledged' AND i.acknowledged_at IS NOT NULL)`;

/** Reminders that were put off together are one: the latest, or whatever was told since of the same trouble. */
const SUPERSEDED = `a.event = 'reminder' AND EXISTS (
  SELECT FROM deliveries x JOIN alerts y ON y.id = x.alert_id
  WHERE x.incident_id = d.incident_id AND x.id <> d.id AND y.event <> 'resolved'
    AND x.channel_id IS NOT DISTINCT FROM d.channel_id AND x.recipient IS NOT DISTINCT FROM d.recipient
    AND (x.sent_at > d.created_at OR (x.ordinal > d.ordinal AND x.state IN ('pending', 'sending'))))`;

// What was about to leave when the trouble ended may be held back only after the end of it was planned.
const NEVER_LEFT = `EXISTS (SELECT FROM deliveries x JOIN alerts y ON y.id = x.alert_id
  WHERE x.incident_id = i.id AND y.event NOT IN ('resolved', 'stable')
    AND x.channel_id IS NOT DISTINCT FROM d.channel_id AND x.recipient IS NOT DISTINCT FROM d.recipient
  HAVING count(*) > 0 AND bool_and(x.state = 'dropped'))`;

/**
 * Whether what a delivery `d` was put off for does not hold any more, or it tells the end of what was never told. Once it may
 * have arrived it is sent until it has.
 */
export const LAPSED = (untold: string): string => `${untold} AND (
    d.only_if IS NOT NULL AND (${OVER} OR ${SOMEBODY_KNOWS} OR (${SUPERSEDED}))
    OR a.event IN ('resolved', 'stable') AND ${NEVER_LEFT})`;

/** Whether an alarm that quiet hours held back is known by now: a person said that they look after it. */
export const KNOWN = (untold: string): string =>
  `a.event = 'opened' AND coalesce(d.only_if, '') = 'open' AND ${untold} AND i.acknowledged_at IS NOT NULL`;

// What is put off on a condition may never be told, nor the end of it.
const NEXT_TROUBLE = (delivery: string): string => `FROM incidents n JOIN alerts y ON y.incident_id = n.id
    JOIN deliveries x ON x.alert_id = y.id
    WHERE n.job_id = i.job_id AND n.severity = i.severity AND n.number > i.number AND n.state = 'open'
      AND y.event IN ('opened', 'unstable') AND x.state NOT IN ('dead', 'dropped') AND (x.state = 'sent' OR x.only_if IS NULL)
      AND x.channel_id IS NOT DISTINCT FROM ${delivery}.channel_id AND x.recipient IS NOT DISTINCT FROM ${delivery}.recipient`;

/**
 * Whether the job of an incident `i` is in trouble again, under another one, as the receiver of a delivery heard or will hear
 * in any case.
 */
export const AGAIN = (delivery: string): string => `EXISTS (SELECT ${NEXT_TROUBLE(delivery)})`;

/** That other incident: its id and its cause; null without one. */
export const AGAIN_AS = (delivery: string): string =>
  `(SELECT json_build_object('incidentId', n.id, 'cause', n.cause) ${NEXT_TROUBLE(delivery)} LIMIT 1)`;

/**
 * Whether a delivery `d` tells the end of an incident `i`, alone, over a lane that has told since that the same job is in
 * trouble again, and it still is: it would read as if the job were well.
 */
export const OVERTAKEN = (untold: string): string =>
  `a.event = 'resolved' AND a.outage_id IS NULL AND ${untold} AND EXISTS (
    SELECT FROM incidents n JOIN alerts y ON y.incident_id = n.id JOIN deliveries x ON x.alert_id = y.id
    WHERE n.job_id = i.job_id AND n.severity = i.severity AND n.number > i.number AND n.state = 'open'
      AND y.event IN ('opened', 'unstable') AND x.state = 'sent'
      AND x.channel_id IS NOT DISTINCT FROM d.channel_id AND x.recipient IS NOT DISTINCT FROM d.recipient)`;

/** The same of an outage, whose ends wait for each other: the planner kept it back for as long as nobody hears of the next. */
export const OVERTAKEN_MEMBER = (untold: string): string => `a.event = 'resolved' AND ${untold} AND ${AGAIN("d")}`;
