import { AppError } from "../../errors.ts";
import { replayChannel, replayDelivery, reportDeliveries } from "../../services/deliveries.ts";
import { type Command, required } from "./command.ts";

/** Commands about deliveries. */
export const ALERT_COMMANDS: readonly Command[] = [
  {
    name: "deliveries",
    summary: "Lists what was to be sent for a project, newest first.",
    options: [{ name: "project", required: true, value: "ID" }],
    async run(ctx, options) {
      const deliveries = await reportDeliveries(ctx, { projectId: required(options, "project") });
      return {
        deliveries: deliveries.map(({ id, incidentId, event, channelId, state, attempts, lastError }) => ({
          ...{ id, incidentId, event, channelId, state, attempts, lastError },
        })),
      };
    },
  },
  {
    name: "replay",
    summary:
      "Sends an alert that did not arrive again, or all of a channel; --project is one that the channel serves beside its own.",
    options: [
      { name: "delivery", required: false, value: "ID" },
      { name: "channel", required: false, value: "ID" },
      { name: "project", required: false, value: "ID" },
    ],
    async run(ctx, options) {
      const deliveryId = options.get("delivery");
      const channelId = options.get("channel");
      if (channelId !== undefined && deliveryId === undefined) {
        return replayChannel(ctx, { channelId, projectId: options.get("project") });
      }
      if (deliveryId !== undefined && channelId === undefined) return replayDelivery(ctx, { deliveryId });
      throw new AppError("invalid", "replay needs either --delivery ID or --channel ID.");
    },
  },
];
