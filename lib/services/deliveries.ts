import { notWritten } from "./not-written.ts";
import type { DeliveryRow, DeliveryState } from "./alerts.ts";
import type { Ctx } from "./context.ts";

export type DeliveryList = { deliveries: DeliveryRow[]; nextBefore: string | null };

/** Newest first; `states: ["dead"]` are the dead letters; `limit` 1–500, 50 by default. */
export async function listDeliveries(
  ctx: Ctx,
  input: { projectId: string; states?: readonly DeliveryState[]; before?: string; limit?: number },
): Promise<DeliveryList> {
  return notWritten(ctx, input);
}

/** Puts a dead letter back into the queue. @throws AppError `conflict` where it is not dead. */
export async function replayDelivery(
  ctx: Ctx,
  input: { deliveryId: string },
): Promise<{ id: string; state: "pending" }> {
  return notWritten(ctx, input);
}
