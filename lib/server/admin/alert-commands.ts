import { createChannel } from "../../services/channels.ts";
import { reportDeliveries } from "../../services/deliveries.ts";
import { reportIncidents } from "../../services/incidents.ts";
import { type Command, isoTime, required } from "./command.ts";

const PROJECT = { name: "project", required: true, value: "ID" };

/** Commands about channels, incidents and deliveries. */
export const ALERT_COMMANDS: readonly Command[] = [
  {
    name: "create-channel",
    summary: "Makes a channel; slack and webhook take --url, email takes --to.",
    options: [
      PROJECT,
      { name: "kind", required: true, value: "slack|email|webhook" },
      { name: "url", required: false, value: "URL" },
      { name: "to", required: false, value: "ADDRESS" },
    ],
    async run(ctx, options) {
      const settings = Object.fromEntries([...options].filter(([name]) => name === "url" || name === "to"));
      return createChannel(ctx, { projectId: required(options, "project"), kind: required(options, "kind"), settings });
    },
  },
  {
    name: "incidents",
    summary: "Lists a project's incidents, newest first.",
    options: [PROJECT],
    async run(ctx, options) {
      const incidents = await reportIncidents(ctx, { projectId: required(options, "project") });
      return {
        incidents: incidents.map(({ id, jobId, cause, state, openedAt, resolvedAt }) => ({
          ...{ id, jobId, cause, state },
          openedAt: isoTime(openedAt),
          resolvedAt: isoTime(resolvedAt),
        })),
      };
    },
  },
  {
    name: "deliveries",
    summary: "Lists what was to be sent for a project, newest first.",
    options: [PROJECT],
    async run(ctx, options) {
      const deliveries = await reportDeliveries(ctx, { projectId: required(options, "project") });
      return {
        deliveries: deliveries.map(({ id, incidentId, event, channelId, state, attempts, lastError }) => ({
          ...{ id, incidentId, event, channelId, state, attempts, lastError },
        })),
      };
    },
  },
];
