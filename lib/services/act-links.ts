import { can, parseRole } from "../auth/rules.ts";
import { type Act, type ActLink, actLinkOf, SNOOZE_BY_LINK_MS } from "../domain/act-link.ts";
import type { IncidentAction } from "../domain/incident-care.ts";
import { type Instant, MINUTE } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { findChannelRecord } from "../store/channels.ts";
import { isServing } from "../store/channel-sharing.ts";
import { findIncidentRecord, listIncidentsOfOutage } from "../store/incidents.ts";
import { findOutageRecord, listOpenIdsOfOutage, type OutageRecord } from "../store/outages.ts";
import { findProjectRecord } from "../store/projects.ts";
import { findPersonOfProject, findUserName } from "../store/users.ts";
import type { Services } from "./context.ts";
import { type Hand, takeCare } from "./incident-actions.ts";
import { type IncidentRow, incidentRowOf } from "./incidents.ts";

/** What a link in a message would do, or has done. */
export type ActPage = {
  act: Act;
  /** Who acts with it, as it reads after "by". */
  by: string;
  /** The incident, or the first 20 of the outage, the open ones before the others. */
  incidents: IncidentRow[];
  outage: OutageRecord | null;
  /** The project's name. */
  project: string;
  /** How many of them are open. */
  open: number;
  /** All that is open is so already. */
  done: boolean;
  now: Instant;
};

const SHOWN = 20;
/** So many of an outage are asked whether it is done. */
const LOOKED_AT = 1_000;

/**
 * What a link would do. Changes nothing: mail scanners and previews of chats open every link.
 * @throws AppError `not-found` for a link that is no good any more.
 */
export async function previewAct(
  services: Services,
  input: { token: string; userId: string | null },
): Promise<ActPage> {
  return pageOf(services, await openLink(services, input));
}

/** Does what the link says. `userId`: who is signed in, if anybody. @throws as `previewAct`. */
export async function actByLink(
  services: Services,
  input: { token: string; userId: string | null },
): Promise<ActPage & { changed: number }> {
  const opened = await openLink(services, input);
  const { id, about, act } = opened.link;
  const incidentIds = about === "incident" ? [id] : await listOpenIdsOfOutage(services.database.pool, id);
  const action = actionOf(act, services.clock.now());
  const { changed } = await takeCare(services, { incidentIds, action, hand: opened.hand });
  return { ...(await pageOf(services, opened)), changed };
}

/** To the full minute: whoever presses twice has asked for the same. */
function actionOf(act: Act, now: Instant): IncidentAction {
  if (act !== "snooze") return { kind: act };
  return { kind: "snooze", until: Math.ceil((now + SNOOZE_BY_LINK_MS) / MINUTE) * MINUTE };
}

type OpenedLink = { link: ActLink; projectId: string; hand: Hand };

async function openLink(
  { links, clock, database }: Services,
  { token, userId }: { token: string; userId: string | null },
): Promise<OpenedLink> {
  const claims = links.open(token, clock.now());
  const link = claims === null ? null : actLinkOf(claims);
  if (link === null) throw noLink();
  const { pool } = database;
  const target =
    link.about === "outage" ? await findOutageRecord(pool, link.id) : await findIncidentRecord(pool, link.id);
  if (target === null) throw noLink();
  const over = await receiverOf(database, link, target.projectId);
  const name = userId === null ? null : await findUserName(pool, userId);
  const { projectId } = target;
  return { link, projectId, hand: { userId: name === null ? null : userId, by: `${name ?? over.who} ${over.way}` } };
}

/** A channel that was deleted or serves the project no more, and a person who left or only looks on by now, have no say. */
async function receiverOf(
  { pool }: Services["database"],
  { channelId, recipient }: ActLink,
  projectId: string,
): Promise<{ who: string; way: string }> {
  if (channelId === null) {
    const person = await findPersonOfProject(pool, projectId, recipient ?? "");
    if (person === null || !mayAct(person)) throw noLink();
    return { who: person.name, way: "by mail" };
  }
  const channel = await findChannelRecord(pool, channelId);
  if (channel === null || !(await isServing(pool, channelId, projectId))) throw noLink();
  return { who: "somebody", way: `over the channel ${channel.name}` };
}

/** Without a role it is an operator: those are mailed where a project has nobody else. */
function mayAct({ role }: { role: string | null }): boolean {
  return role === null || can(parseRole(role), "handle-incidents");
}

async function pageOf({ clock, database }: Services, { link, projectId, hand }: OpenedLink): Promise<ActPage> {
  const { pool } = database;
  const { id, about, act } = link;
  const now = clock.now();
  const outage = about === "outage" ? await findOutageRecord(pool, id) : null;
  const single = about === "incident" ? await findIncidentRecord(pool, id) : null;
  const records = single === null ? await listIncidentsOfOutage(pool, id, LOOKED_AT) : [single];
  const project = (await findProjectRecord(pool, projectId, null))?.name ?? "";
  const incidents = records.map(incidentRowOf);
  const unresolved = incidents.filter(({ state }) => state === "open");
  const open = outage?.open ?? unresolved.length;
  const done = open > 0 && open === unresolved.length && unresolved.every((incident) => isDone(incident, act, now));
  return { act, by: hand.by, incidents: incidents.slice(0, SHOWN), outage, project, open, done, now };
}

function isDone(incident: IncidentRow, act: Act, now: Instant): boolean {
  if (act === "acknowledge") return incident.acknowledgedAt !== null;
  if (act === "mute") return incident.mutedAt !== null;
  return incident.snoozedUntilSuccess || (incident.snoozedUntil ?? 0) >= now + SNOOZE_BY_LINK_MS;
}

function noLink(): AppError {
  return new AppError(
    "not-found",
    "This link is no good any more: it is older than seven days, or what it is about or the channel that it came over is gone, or you may only look on by now.",
  );
}
