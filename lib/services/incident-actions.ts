import { careAfter, type IncidentAction } from "../domain/incident-care.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import {
  type CareChange,
  findActedOn,
  listProjectsOfIncidents,
  lockIncidents,
  saveCare,
} from "../store/incident-actions.ts";
import { findOutageRecord, listOpenIdsOfOutage } from "../store/outages.ts";
import { findUserName } from "../store/users.ts";
import { isUuid, requireOwned, requireProject } from "./access.ts";
import type { Ctx, Services } from "./context.ts";
import { publishLive } from "./publish.ts";

/** How many incidents it changed; the others were so already, or are over. */
export type ActionResult = { changed: number; asked: number };

/** Who acts. `by` is how it reads after "by". */
export type Hand = { userId: string | null; by: string };

/** More at once are an outage, which has an action of its own. */
const MOST_AT_ONCE = 500;

/**
 * Does something about incidents, all or none of which must be the actor's to handle.
 * @throws AppError `not-found`, `forbidden`; `conflict` where there was only one and it is over; `invalid` for too many.
 */
export async function actOnIncidents(
  ctx: Ctx,
  { incidentIds, action }: { incidentIds: readonly string[]; action: IncidentAction },
): Promise<ActionResult> {
  const ids = [...new Set(incidentIds.map((id) => id.toLowerCase()))];
  if (ids.length === 0 || ids.length > MOST_AT_ONCE) {
    throw new AppError("invalid", `Choose between 1 and ${MOST_AT_ONCE} incidents.`, "incidentId");
  }
  await requireIncidents(ctx, ids);
  const hand = await handOf(ctx);
  const { changed, over } = await takeCare(ctx, { incidentIds: ids, action, hand });
  if (over === ids.length && over === 1)
    throw new AppError("conflict", "This incident is over: there is nothing to do.");
  return { changed, asked: ids.length };
}

/** Does something about all that is open of an outage. @throws AppError `not-found`, `forbidden` */
export async function actOnOutage(
  ctx: Ctx,
  { outageId, action }: { outageId: string; action: IncidentAction },
): Promise<ActionResult> {
  const { pool } = ctx.database;
  const found = isUuid(outageId) ? await findOutageRecord(pool, outageId) : null;
  const missing = new AppError("not-found", `There is no outage with the id "${outageId}".`, "outageId");
  const { id } = await requireOwned(ctx, found, { action: "handle-incidents", missing });
  const incidentIds = await listOpenIdsOfOutage(pool, id);
  const { changed } = await takeCare(ctx, { incidentIds, action, hand: await handOf(ctx) });
  return { changed, asked: incidentIds.length };
}

/**
 * What is meant by the id of an incident, of an outage, or of a job of which exactly one incident is open. An id that nothing
 * has is taken for an incident's. @throws AppError `not-found` for strangers, `conflict` for a job with none or several open.
 */
export async function findMeant(
  ctx: Ctx,
  { id }: { id: string },
): Promise<{ incidentId: string } | { outageId: string }> {
  const found = isUuid(id) ? await findActedOn(ctx.database.pool, id) : null;
  if (found === null || found.kind === "incident") return { incidentId: id };
  if (found.kind === "outage") return { outageId: id };
  await requireProject(ctx, found.projectId, "see");
  const [only, ...more] = found.openIds;
  if (only === undefined) throw new AppError("conflict", "Nothing is wrong with this job: no incident of it is open.");
  if (more.length === 0) return { incidentId: only };
  throw new AppError("conflict", `Several incidents of this job are open; give an id: ${found.openIds.join(", ")}.`);
}

async function requireIncidents(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const found = await listProjectsOfIncidents(ctx.database.pool, ids.filter(isUuid));
  const known = new Map(found.map(({ id, projectId }) => [id, projectId]));
  const missing = (id: string) => new AppError("not-found", `There is no incident with the id "${id}".`, "incidentId");
  const projects = new Map<string, string>();
  for (const id of ids) {
    const projectId = known.get(id);
    if (projectId === undefined) throw missing(id);
    projects.set(projectId, id);
  }
  for (const [projectId, id] of projects) {
    await requireProject(ctx, projectId, "handle-incidents").catch((error: unknown) => {
      throw error instanceof AppError && error.code === "not-found" ? missing(id) : error;
    });
  }
}

async function handOf({ actor, database }: Ctx): Promise<Hand> {
  if (actor.kind === "system") return { userId: null, by: "the command line" };
  return { userId: actor.userId, by: (await findUserName(database.pool, actor.userId)) ?? "somebody" };
}

type Care = { incidentIds: readonly string[]; action: IncidentAction; hand: Hand };

/**
 * Does it without asking whether one may. Many incidents are taken at once where nobody else holds them, the rest one by
 * one: in one transaction it would wait for the ping path while that waits for it.
 */
export async function takeCare(services: Services, care: Care): Promise<{ changed: number; over: number }> {
  const { incidentIds } = care;
  const sum = { changed: 0, over: 0 };
  const left = new Set(incidentIds);
  const turn = async (ids: readonly string[], wait: boolean): Promise<void> => {
    const done = await takeLocked(services, care, { ids, wait });
    for (const id of done.ids) left.delete(id);
    sum.changed += done.changed;
    sum.over += done.over;
  };
  if (incidentIds.length > 1) await turn(incidentIds, false);
  for (const id of left) await turn([id], true);
  return sum;
}

async function takeLocked(
  { database, clock }: Services,
  { action, hand }: Care,
  { ids, wait }: { ids: readonly string[]; wait: boolean },
): Promise<{ ids: string[]; changed: number; over: number }> {
  return inTransaction(database.pool, async (client) => {
    const locked = await lockIncidents(client, ids, wait);
    const now = clock.now();
    const changes = locked.flatMap((incident): CareChange[] => {
      const after = careAfter(incident.care, action, incident, { by: hand.by, now });
      if (after === null) return [];
      const until = action.kind === "snooze" ? action.until : null;
      const note = action.kind === "note" ? action.text : null;
      return [{ incidentId: incident.id, ...after, at: now, ...hand, until, note }];
    });
    await saveCare(client, changes);
    for (const projectId of new Set(locked.map((incident) => incident.projectId))) await publishLive(client, projectId);
    const over = locked.filter(({ open }) => !open && action.kind !== "note").length;
    return { ids: locked.map(({ id }) => id), changed: changes.length, over };
  });
}
