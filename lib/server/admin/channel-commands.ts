import { AppError } from "../../errors.ts";
import type { QuietInput, RulesInput } from "../../services/channel-rules-input.ts";
import { createChannel, listChannels, updateChannel } from "../../services/channels.ts";
import { listSharedChannels } from "../../services/channel-sharing.ts";
import type { Options } from "./arguments.ts";
import { ANY_PROJECT, type Command, isoTime, PROJECT, required } from "./command.ts";
import { yesOrNo } from "./yes-or-no.ts";

const PROJECTS = { name: "projects", required: false, value: "ID|NAME,…" };
const RULES = { name: "rules", required: false, value: '{"severities": ["critical"], "delayMinutes": 15}' };

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
          ...{ id, kind, name, summary, rules, enabled, unable: channel.unable },
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

/** The shape of what was written; what it says is for the service to judge. */
function parseRules(json: string): RulesInput {
  const given = parseObject(json, "rules", RULES.value);
  refuseStrangers(given, ["events", "severities", "tags", "delayMinutes", "quietHours"]);
  const { delayMinutes, quietHours } = given;
  return {
    events: wordsOf(given, "events"),
    severities: wordsOf(given, "severities"),
    tags: wordsOf(given, "tags"),
    delayMinutes: delayMinutes === undefined ? undefined : Number(delayMinutes),
    quietHours: quietHours === undefined || quietHours === null ? null : quietOf(quietHours),
  };
}

function quietOf(value: unknown): QuietInput {
  if (typeof value !== "object" || value === null) {
    const words = 'Write quiet hours as {"days": [1, 2], "from": "22:00", "to": "07:00", "timeZone": "UTC"}.';
    throw new AppError("invalid", words, "rules");
  }
  const given: Record<string, unknown> = { ...value };
  refuseStrangers(given, ["timeZone", "days", "from", "to", "exceptCritical"]);
  const text = (name: string): string => (typeof given[name] === "string" ? given[name] : "");
  const days = Array.isArray(given.days) ? given.days.map(Number) : [];
  const exceptCritical = given.exceptCritical === true;
  return { timeZone: text("timeZone"), from: text("from"), to: text("to"), days, exceptCritical };
}

function refuseStrangers(given: Record<string, unknown>, known: readonly string[]): void {
  const strange = Object.keys(given).find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new AppError("invalid", `There is no rule "${strange.slice(0, 40)}"; there are ${known.join(", ")}.`, "rules");
}

function wordsOf(given: Record<string, unknown>, name: string): string[] | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value.map(String);
  throw new AppError("invalid", `Write "${name}" as a list of words in quotes.`, "rules");
}

function parseObject(json: string, option: string, example: string): Record<string, unknown> {
  const refuse = () => new AppError("invalid", `--${option} takes JSON such as ${example}.`, option);
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    throw refuse();
  }
  throw refuse();
}
