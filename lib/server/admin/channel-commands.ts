import { AppError } from "../../errors.ts";
import {
  type ChannelTroubleRow,
  createChannel,
  listChannels,
  listChannelTroubles,
  updateChannel,
} from "../../services/channels.ts";
import { listSharedChannels } from "../../services/channel-sharing.ts";
import type { Options } from "./arguments.ts";
import { ANY_PROJECT, type Command, isoTime, PROJECT, required } from "./command.ts";
import { parseObject, parseRules, printedRules, RULES_EXAMPLE } from "./channel-rules.ts";
import { yesOrNo } from "./yes-or-no.ts";

const PROJECTS = { name: "projects", required: false, value: "ID|NAME,…" };
const SETTINGS = [
  { name: "url", required: false, value: "URL" },
  { name: "to", required: false, value: "ADDRESS" },
  { name: "settings", required: false, value: "JSON" },
];
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
      ...SETTINGS,
      RULES,
      PROJECTS,
    ],
    async run(ctx, options) {
      const settings = textsOf(settingsOf(options));
      const rules = parseRules(options.get("rules") ?? "{}");
      const channel = { projectId: required(options, "project"), kind: required(options, "kind"), settings, rules };
      return createChannel(ctx, { ...channel, name: options.get("name"), projects: projectsOf(options) });
    },
  },
  {
    name: "update-channel",
    summary:
      'Renames a channel, switches it on or off, gives it other rules ({} takes every alert), other projects to serve ("" none), or other settings: those that are left out stay, null takes one away.',
    options: [
      { name: "channel", required: true, value: "ID|NAME", refers: "channel" },
      ANY_PROJECT,
      { name: "name", required: false, value: "NAME" },
      { name: "enabled", required: false, value: "yes|no" },
      ...SETTINGS,
      RULES,
      PROJECTS,
    ],
    async run(ctx, options) {
      const rules = options.get("rules");
      const settings = settingsOf(options);
      return updateChannel(ctx, {
        channelId: required(options, "channel"),
        name: options.get("name"),
        enabled: yesOrNo(options.get("enabled"), "enabled"),
        projects: projectsOf(options),
        ...(rules === undefined ? {} : { rules: parseRules(rules) }),
        ...(Object.keys(settings).length === 0 ? {} : { settings }),
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
      const troubles = new Map((await listChannelTroubles(ctx, project)).map((one) => [one.channelId, one]));
      return {
        channels: channels.map(({ id, kind, name, summary, rules, enabled, brokenAt, ...channel }) => ({
          ...{ id, kind, name, summary, rules: printedRules(rules), enabled, unable: channel.unable },
          ...{ brokenReason: channel.brokenReason, projects: channel.projects },
          ...{ brokenAt: isoTime(brokenAt), failing: failingOf(troubles.get(id)) },
        })),
        shared: shared.map(({ id, kind, name, summary, enabled, unable, brokenAt, ofProject }) => ({
          ...{ id, kind, name, summary, enabled, unable, ofProject },
          ...{ brokenAt: isoTime(brokenAt), failing: failingOf(troubles.get(id)) },
        })),
      };
    },
  },
];

/** Of a channel that takes nothing at the moment, and may again; null of others. */
function failingOf(trouble: ChannelTroubleRow | undefined): object | null {
  if (trouble === undefined || trouble.brokenAt !== null || trouble.unable !== null) return null;
  const { waitingSince, failures, lastAnswer, nextAttemptAt } = trouble;
  return {
    ...{ since: isoTime(waitingSince), attempts: failures, answer: lastAnswer },
    nextAttemptAt: isoTime(nextAttemptAt),
  };
}

/** Undefined where nothing is said of them. */
function projectsOf(options: Options): string[] | undefined {
  const text = options.get("projects");
  return text?.split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim()]));
}

/**
 * Of `--settings '{"url": "https://…", "method": "PUT"}'`, `--url` and `--to`; whether a kind has such settings is for the kind
 * to say.
 */
function settingsOf(options: Options): Record<string, string | null> {
  const entries = Object.entries(parseObject(options.get("settings") ?? "{}", "settings", '{"url": "https://…"}'));
  const settings: Record<string, string | null> = {};
  for (const [name, value] of entries) {
    if (typeof value !== "string" && value !== null) {
      throw new AppError("invalid", `The setting "${name}" must be a text in quotes.`, "settings");
    }
    settings[name] = value;
  }
  for (const [name, value] of options) if (name === "url" || name === "to") settings[name] = value;
  return settings;
}

/** Of a new channel there is nothing to take away. */
function textsOf(settings: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, value ?? ""]));
}
