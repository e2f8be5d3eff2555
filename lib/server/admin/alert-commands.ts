import { AppError } from "../../errors.ts";
import { createChannel } from "../../services/channels.ts";
import { reportDeliveries } from "../../services/deliveries.ts";
import { type Command, required } from "./command.ts";

const PROJECT = { name: "project", required: true, value: "ID" };

/** Commands about channels and deliveries. */
export const ALERT_COMMANDS: readonly Command[] = [
  {
    name: "create-channel",
    summary: "Makes a channel; --settings takes whatever its form asks for, as JSON.",
    options: [
      PROJECT,
      { name: "kind", required: true, value: "slack|email|webhook|…" },
      { name: "url", required: false, value: "URL" },
      { name: "to", required: false, value: "ADDRESS" },
      { name: "settings", required: false, value: "JSON" },
    ],
    async run(ctx, options) {
      const short = Object.fromEntries([...options].filter(([name]) => name === "url" || name === "to"));
      const settings = { ...parseSettings(options.get("settings") ?? "{}"), ...short };
      return createChannel(ctx, { projectId: required(options, "project"), kind: required(options, "kind"), settings });
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

/** Of `{"url": "https://…", "method": "PUT"}`; whether a kind has such settings is for the kind to say. */
function parseSettings(json: string): Record<string, string> {
  const entries = Object.entries(parseObject(json));
  const odd = entries.find(([, value]) => typeof value !== "string");
  if (odd !== undefined) throw new AppError("invalid", `The setting "${odd[0]}" must be a text in quotes.`, "settings");
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function parseObject(json: string): object {
  const refuse = () => new AppError("invalid", '--settings takes JSON such as {"url": "https://…"}.', "settings");
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    throw refuse();
  }
  throw refuse();
}
