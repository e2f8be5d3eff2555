import { keepersOf } from "../delivery/kinds.ts";
import { AppError } from "../errors.ts";
import { replayChannelDeliveries, replayDelivery as replayDeadLetter } from "../store/deliveries-replay.ts";
import { type DeliveryState, findDeliveryRecord, listDeliveryRecords } from "../store/incidents-alerts.ts";
import { isUuid, requireOwned, requireProject } from "./access.ts";
import { type DeliveryRow, deliveryRowOf } from "./alerts.ts";
import { withChannels } from "./channel-input.ts";
import { requireServing } from "./channel-sharing.ts";
import type { Ctx } from "./context.ts";
import { parseLimit } from "./input.ts";
import { publishLive } from "./publish.ts";

export type DeliveryList = {
  deliveries: DeliveryRow[];
  /** Give it as `before` for the next page; null at the end. */
  nextBefore: string | null;
};

/** Newest first; `states: ["dead"]` are the dead letters; `limit` 1–500, 50 by default. */
export async function listDeliveries(
  ctx: Ctx,
  input: { projectId: string; states?: readonly DeliveryState[]; before?: string; limit?: number },
): Promise<DeliveryList> {
  const project = await requireProject(ctx, input.projectId, "see");
  const limit = parseLimit(input.limit);
  const found = await listDeliveryRecords(ctx.database.pool, {
    projectId: project.id,
    states: input.states ?? null,
    before: input.before === undefined ? null : parsePlace(input.before),
    limit: limit + 1,
  });
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { deliveries: shown.map(deliveryRowOf), nextBefore: last === undefined ? null : String(last.ordinal) };
}

/** Deliveries of a project, newest first, for scripts; all of them without a `limit`. */
export async function reportDeliveries(ctx: Ctx, input: { projectId: string; limit?: number }): Promise<DeliveryRow[]> {
  const project = await requireProject(ctx, input.projectId, "see");
  const filter = { projectId: project.id, states: null, before: null, limit: input.limit ?? null };
  return (await listDeliveryRecords(ctx.database.pool, filter)).map(deliveryRowOf);
}

function parsePlace(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AppError("invalid", "This page of deliveries does not exist; go back to the first one.", "before");
}

/** How many dead letters are being sent again, and how many were closed, as what they told of is over. */
export type ReplayCounts = { replayed: number; closed: number };

/**
 * Puts a dead letter back into the queue, with what left in the same message. What is over is closed instead: an alarm, or
 * the end of what its receiver never heard of. @throws AppError `conflict` where it is not dead.
 */
export async function replayDelivery(
  ctx: Ctx,
  input: { deliveryId: string },
): Promise<ReplayCounts & { id: string; state: "pending" | "dropped" }> {
  const { pool } = ctx.database;
  const found = isUuid(input.deliveryId) ? await findDeliveryRecord(pool, input.deliveryId) : null;
  const { projectId } = found ?? { projectId: null };
  const missing = new AppError("not-found", `There is no delivery with the id "${input.deliveryId}".`, "deliveryId");
  const owned = found === null || projectId === null ? null : { ...found, projectId };
  const { id } = await requireOwned(ctx, owned, { action: "replay-deliveries", missing });
  const { replayed, closed } = await replayDeadLetter(pool, { deliveryId: id, keepers: await keeperKinds(ctx) });
  if (replayed.length + closed.length === 0) {
    throw new AppError("conflict", "Only dead letters can be sent again; this delivery is not one (any more).");
  }
  const state = replayed.includes(id) ? "pending" : "dropped";
  return { id, state, replayed: replayed.length, closed: closed.length };
}

/**
 * The same for all of a project's dead letters over a channel; `projectId` by default the one that the channel belongs to.
 * Tests are left alone.
 */
export async function replayChannel(
  ctx: Ctx,
  input: { channelId: string; projectId?: string },
): Promise<ReplayCounts & { id: string }> {
  const { id, projectId } = await requireServing(ctx, input, "replay-deliveries");
  const { pool } = ctx.database;
  const keepers = await keeperKinds(ctx);
  const { replayed, closed } = await replayChannelDeliveries(pool, { channelId: id, projectId, keepers });
  await publishLive(pool, projectId);
  return { id, replayed: replayed.length, closed: closed.length };
}

async function keeperKinds(ctx: Ctx): Promise<ReadonlySet<string>> {
  return withChannels(ctx, keepersOf);
}

/** "3 sent again, 2 were over and are closed." */
export function replayInWords({ replayed, closed }: ReplayCounts): string {
  if (closed > 0)
    return `${replayed} sent again, ${closed} ${closed === 1 ? "was over and is" : "were over and are"} closed.`;
  if (replayed === 0) return "There is nothing to send again.";
  return replayed === 1 ? "One alert is being sent again." : `${replayed} alerts are being sent again.`;
}
