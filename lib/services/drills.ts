import { DRILL_RHYTHMS, type DrillRhythm, firstDrillAt } from "../domain/drill.ts";
import { seenDelivery } from "../domain/seen-link.ts";
import type { Instant } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import {
  type DrillDelivery,
  findSeenDrill,
  listDrillRecords,
  saveSighting,
  type SeenDrill,
} from "../store/drill-results.ts";
import { findDrillSettings, insertDrill, saveDrillSettings } from "../store/drills.ts";
import { loadFallback } from "../store/report-figures.ts";
import { findUserName } from "../store/users.ts";
import { requireProject } from "./access.ts";
import { withChannels } from "./channel-input.ts";
import type { Ctx, Services } from "./context.ts";
import { parseLimit } from "./input.ts";
import { publishLive } from "./publish.ts";
import { parseZone } from "./report-input.ts";

export type DrillResult = DrillDelivery & { kindLabel: string };

export type DrillRow = {
  id: string;
  startedAt: Instant;
  /** Null: it was due. */
  requestedBy: string | null;
  results: DrillResult[];
};

export type DrillPage = {
  every: DrillRhythm;
  /** Null: none is planned. */
  nextAt: Instant | null;
  /** Newest first. */
  drills: DrillRow[];
  /** Where no channel is switched on: who gets alarms and drills by mail instead; null: there is a channel. */
  fallback: readonly string[] | null;
};

/** Sends every channel of a project itself that is switched on a marked test. @throws AppError `conflict` where nobody would get one. */
export async function startDrill(ctx: Ctx, input: { projectId: string }): Promise<{ id: string; messages: number }> {
  const project = await requireProject(ctx, input.projectId, "test-channels");
  const { actor, database, config } = ctx;
  const requestedBy = actor.kind === "user" ? await findUserName(database.pool, actor.userId) : "the command line";
  return inTransaction(database.pool, async (client) => {
    const mailWorks = config.smtpUrl !== null;
    const drill = await insertDrill(client, { projectId: project.id, requestedBy, mailWorks });
    await publishLive(client, project.id);
    if (drill.messages > 0) return drill;
    throw new AppError(
      "conflict",
      "No channel of this project's own is switched on: nobody would get the drill. Add one first; channels of other projects are drilled there.",
    );
  });
}

/** The latest drills and when the next is. @throws AppError `not-found`, also for strangers. */
export async function listDrills(ctx: Ctx, input: { projectId: string; limit?: number }): Promise<DrillPage> {
  const project = await requireProject(ctx, input.projectId, "see");
  const { pool } = ctx.database;
  const [settings, records, labels, fallback] = await Promise.all([
    findDrillSettings(pool, project.id),
    listDrillRecords(pool, { projectId: project.id, limit: parseLimit(input.limit, 10) }),
    withChannels(ctx, (channels) => new Map(channels.list().map(({ kind, label }) => [kind, label]))),
    loadFallback(pool, { projectId: project.id, mailWorks: ctx.config.smtpUrl !== null }),
  ]);
  const drills = records.map((record) => ({
    ...record,
    results: record.results.map((result) => ({ ...result, kindLabel: labels.get(result.kind) ?? result.kind })),
  }));
  return { ...settings, drills, fallback };
}

/** How often a project drills by itself, the first time on a Tuesday at 10:00 by the clocks of `timeZone`. @throws AppError `invalid` */
export async function setDrillRhythm(
  ctx: Ctx,
  input: { projectId: string; every: string; timeZone?: string },
): Promise<{ every: DrillRhythm; nextAt: Instant | null }> {
  const project = await requireProject(ctx, input.projectId, "change-project");
  const every = DRILL_RHYTHMS.find((known) => known === input.every);
  if (every === undefined) throw new AppError("invalid", `Choose one of ${DRILL_RHYTHMS.join(", ")}.`, "every");
  const zone = parseZone(input.timeZone ?? "UTC");
  const nextAt = every === "never" ? null : firstDrillAt(zone, ctx.clock.now());
  await saveDrillSettings(ctx.database.pool, { projectId: project.id, every, nextAt });
  return { every, nextAt };
}

/** What the link of a drill's message is about; looking changes nothing. @throws AppError `not-found` for links that do not hold. */
export async function readSeenLink(services: Services, token: string): Promise<SeenDrill> {
  return (await openSeenLink(services, token)).drill;
}

/** Notes that somebody has the message of a drill before their eyes. `userId`: who is signed in, if anybody is. */
export async function confirmSeen(services: Services, token: string, userId: string | null): Promise<SeenDrill> {
  const { deliveryId, drill } = await openSeenLink(services, token);
  const { pool } = services.database;
  const seenBy = userId === null ? null : await findUserName(pool, userId);
  await saveSighting(pool, { deliveryId, seenBy });
  await publishLive(pool, drill.projectId);
  return { ...drill, seenAt: drill.seenAt ?? services.clock.now() };
}

async function openSeenLink(
  { database, links, clock }: Services,
  token: string,
): Promise<{ deliveryId: string; drill: SeenDrill }> {
  const claims = links.open(token, clock.now());
  const deliveryId = claims === null ? null : seenDelivery(claims);
  const drill = deliveryId === null ? null : await findSeenDrill(database.pool, deliveryId);
  if (deliveryId !== null && drill !== null) return { deliveryId, drill };
  throw new AppError(
    "not-found",
    "This link does not hold any more: it is older than a week, or was not copied whole.",
  );
}
