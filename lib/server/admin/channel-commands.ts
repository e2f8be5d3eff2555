import { AppError } from "../../errors.ts";
import { createChannel, listChannels, updateChannel } from "../../services/channels.ts";
import { listSharedChannels } from "../../services/channel-sharing.ts";
import type { Options } from "./arguments.ts";
import { ANY_PROJECT, type Command, isoTime, PROJECT, required } from "./command.ts";
import { parseObject, parseRules, printedRules, RULES_EXAMPLE } from "./channel-rules.ts";
import { yesOrNo } from "./yes-or-no.ts";

const PROJECTS = { name: "projects", required: false, value: "ID|NAME,…" };
const RULES = { name: "rules", required: false, value: RULES_EXAMPLE };

/** Commands about the ways to reach people. */
export const CHANNEL_COMMANDS: readonly Command[] = [
  {
    name: "create-channel",
    summary:
      "Makes a channel; --settings takes whatever its form asks for, --rules which alerts it takes, both as JSON; --projects which other projects it serves.",
    options: [
      PROJECT,
      { name: "kind", required: true, value: "slack|email|webhook|…" },
      { name: "name", required: false, value: "NAME" },
      { name: "url", required: false, value: "URL" },
      { name: "to", required: false, value: "ADDRESS" },
      { name: "settings", required: false, value: "JSON" },
      RULES,
      PROJECTS,
    ],
    async run(ctx, options) {
      const short = Object.fromEntries([...options].filter(([name]) => name === "url" || name === "to"));
      const settings = { ...parseSettings(options.get("settings") ?? "{}"), ...short };
      const rules = parseRules(options.get("rules") ?? "{}");
      const channel = { projectId: required(options, "project"), kind: required(options, "kind"), settings, rules };
      return createChannel(ctx, { ...channel, name: options.get("name"), projects: projectsOf(options) });
    },
  },
  {
    name: "update-channel",
    summary:
      'Renames a channel, switches it on or off, gives it other rules ({} takes every alert) or other projects to serve ("" none).',
    options: [
      { name: "channel", required: true, value: "ID|NAME", refers: "channel" },
      ANY_PROJECT,
      { name: "name", required: false, value: "NAME" },
      { name: "enabled", required: false, value: "yes|no" },
      RULES,
      PROJECTS,
    ],
    async run(ctx, options) {
      const rules = options.get("rules");
      return updateChannel(ctx, {
        channelId: required(options, "channel"),
        name: options.get("name"),
        enabled: yesOrNo(options.get("enabled"), "enabled"),
        projects: projectsOf(options),
        ...(rules === undefined ? {} : { rules: parseRules(rules) }),
      });
    },
  },
  {
    name: "channels",
    summary: "Lists a project's channels with their rules and whether they work, and those of others that serve it.",
    options: [PROJECT],
    async run(ctx, options) {
      const project = { projectId: required(options, "project") };
      const [channels, shared] = [await listChannels(ctx, project), await listSharedChannels(ctx, project)];
      return {
        channels: channels.map(({ id, kind, name, summary, rules, enabled, brokenAt, ...channel }) => ({
          ...{ id, kind, name, summary, rules: printedRules(rules), enabled, unable: channel.unable },
          ...{ brokenReason: channel.brokenReason, projects: channel.projects },
          brokenAt: isoTime(brokenAt),
        })),
        shared: shared.map(({ id, kind, name, summary, enabled, unable, brokenAt, ofProject }) => ({
          ...{ id, kind, name, summary, enabled, unable, ofProject },
          brokenAt: isoTime(brokenAt),
        })),
      };
    },
  },
];

/** Undefined where nothing is said of them. */
function projectsOf(options: Options): string[] | undefined {
  const text = options.get("projects");
  return text?.split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim()]));
}

/** Of `{"url": "https://…", "method": "PUT"}`; whether a kind has such settings is for the kind to say. */
function parseSettings(json: string): Record<string, string> {
  const entries = Object.entries(parseObject(json, "settings", '{"url": "https://…"}'));
  const odd = entries.find(([, value]) => typeof value !== "string");
  if (odd !== undefined) throw new AppError("invalid", `The setting "${odd[0]}" must be a text in quotes.`, "settings");
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
