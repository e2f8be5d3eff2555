import { AppError } from "../../errors.ts";
import { replayChannel, replayDelivery, replayInWords, reportDeliveries } from "../../services/deliveries.ts";
import { cut, LIMIT, limitOf, LONG_LIST } from "./bounds.ts";
import { ANY_PROJECT, type Command, PROJECT, required } from "./command.ts";

/** Commands about deliveries. */
export const ALERT_COMMANDS: readonly Command[] = [
  {
    name: "deliveries",
    summary: "Lists what was to be sent for a project, newest first.",
    options: [PROJECT, LIMIT],
    async run(ctx, options) {
      const limit = limitOf(options, LONG_LIST);
      const projectId = required(options, "project");
      const { shown, more } = cut(await reportDeliveries(ctx, { projectId, limit: limit + 1 }), limit);
      return {
        deliveries: shown.map(({ id, incidentId, event, channelId, state, attempts, lastError }) => ({
          ...{ id, incidentId, event, channelId, state, attempts, lastError },
        })),
        ...more,
      };
    },
  },
  {
    name: "replay",
    summary:
      "Sends an alert that did not arrive again, or all of a channel; what is over by now is closed instead. --project is one that the channel serves beside its own.",
    options: [
      { name: "delivery", required: false, value: "ID" },
      { name: "channel", required: false, value: "ID|NAME", refers: "channel" },
      ANY_PROJECT,
    ],
    async run(ctx, options) {
      const deliveryId = options.get("delivery");
      const channelId = options.get("channel");
      if (channelId !== undefined && deliveryId === undefined) {
        const counts = await replayChannel(ctx, { channelId, projectId: options.get("project") });
        return { ...counts, said: replayInWords(counts) };
      }
      if (deliveryId !== undefined && channelId === undefined) {
        const counts = await replayDelivery(ctx, { deliveryId });
        return { ...counts, said: replayInWords(counts) };
      }
      throw new AppError("invalid", "replay needs either --delivery ID or --channel ID.");
    },
  },
];
