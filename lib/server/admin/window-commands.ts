import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseDuration } from "../../domain/duration.ts";
import type { Instant } from "../../domain/time.ts";
import { AppError, messageOf } from "../../errors.ts";
import type { WindowForm } from "../../services/window-input.ts";
import { createWindow, deleteWindow, updateWindow, viewCalendar } from "../../services/windows.ts";
import type { Options, OptionSpec } from "./arguments.ts";
import { type Command, isoTime, PROJECT, required } from "./command.ts";
import { weekdaysOf } from "./weekdays.ts";
import { yesOrNo } from "./yes-or-no.ts";

const ID = { name: "id", required: true, value: "ID" };

/** What can be set of a window, besides its name and kind. */
const WINDOW_OPTIONS: readonly OptionSpec[] = [
  { name: "tz", required: false, value: "ZONE" },
  { name: "starts", required: false, value: '"2026-11-27 22:00"' },
  { name: "ends", required: false, value: '"2026-11-28 02:00"' },
  { name: "for", required: false, value: "DURATION" },
  { name: "days", required: false, value: "mon-fri,sun" },
  { name: "from", required: false, value: "HH:MM" },
  { name: "to", required: false, value: "HH:MM" },
  { name: "outside", required: false, value: "yes|no" },
  { name: "calendar", required: false, value: "FILE.ics" },
  { name: "jobs", required: false, value: "SLUG,SLUG" },
  { name: "tags", required: false, value: "TAG,TAG" },
  { name: "hosts", required: false, value: "HOST,HOST" },
];

/** Commands about times in which alerts wait. */
export const WINDOW_COMMANDS: readonly Command[] = [
  {
    name: "create-window",
    summary:
      "Makes alerts wait: once (--starts and --ends, or --for from now), weekly or holidays; of all jobs or some.",
    options: [
      PROJECT,
      { name: "name", required: true, value: "NAME" },
      { name: "kind", required: true, value: "once|weekly|holidays" },
      ...WINDOW_OPTIONS,
    ],
    run: async (ctx, options) =>
      createWindow(ctx, {
        projectId: required(options, "project"),
        name: required(options, "name"),
        kind: required(options, "kind"),
        ...(await windowOf(options, ctx.clock.now())),
      }),
  },
  {
    name: "update-window",
    summary: "Changes what is given of a window and leaves the rest; switched off it holds nothing back.",
    options: [
      ID,
      { name: "name", required: false, value: "NAME" },
      { name: "enabled", required: false, value: "yes|no" },
      ...WINDOW_OPTIONS,
    ],
    run: async (ctx, options) =>
      updateWindow(ctx, {
        windowId: required(options, "id"),
        name: options.get("name"),
        enabled: yesOrNo(options.get("enabled"), "enabled"),
        ...(await windowOf(options, ctx.clock.now())),
      }),
  },
  {
    name: "windows",
    summary: "Lists a project's windows that are not over, with when each is open next, and what they hold back now.",
    options: [PROJECT],
    async run(ctx, options) {
      const { windows, held } = await viewCalendar(ctx, { projectId: required(options, "project") });
      return {
        windows: windows.map(({ id, name, times, enabled, source, createdBy, jobs, tags, hosts, next }) => ({
          ...{
            id,
            name,
            kind: times.kind,
            enabled,
            source,
            createdBy,
            jobs: jobs.map(({ slug }) => slug),
            tags,
            hosts,
          },
          opensAt: isoTime(next?.start ?? null),
          closesAt: isoTime(next?.end ?? null),
        })),
        held: held.map(({ incidentId, jobId, event, window, until }) => ({
          ...{ incidentId, jobId, event, window },
          until: isoTime(until),
        })),
      };
    },
  },
  {
    name: "delete-window",
    summary: "Deletes a window; what waited for its end is told now where it is still wrong.",
    options: [ID],
    async run(ctx, options) {
      const { id } = await deleteWindow(ctx, { windowId: required(options, "id") });
      return { id, deleted: true };
    },
  },
];

async function windowOf(options: Options, now: Instant): Promise<Partial<WindowForm>> {
  const outside = yesOrNo(options.get("outside"), "outside");
  const calendar = options.get("calendar");
  const days = options.get("days");
  const scope = {
    jobs: listOf(options.get("jobs")),
    tags: listOf(options.get("tags")),
    hosts: listOf(options.get("hosts")),
  };
  return {
    ...{ timeZone: options.get("tz"), startsAt: options.get("starts"), endsAt: options.get("ends") },
    ...fromNow(options.get("for"), now),
    ...{ from: options.get("from"), to: options.get("to"), outside, ...scope },
    ...(days === undefined ? {} : { days: weekdaysOf(days, { name: "--days", field: "days" }) }),
    ...(calendar === undefined ? {} : { ics: await readCalendar(calendar) }),
    ...(Object.values(scope).every((list) => list === undefined) ? {} : { everywhere: false }),
  };
}

function fromNow(text: string | undefined, now: Instant): Partial<WindowForm> {
  if (text === undefined) return {};
  const ms = parseDuration(text);
  if (ms === null)
    throw new AppError("invalid", `"${text.slice(0, 40)}" is no duration; write 90s, 5m, 2h or 1d.`, "for");
  return { startsAt: new Date(now).toISOString(), endsAt: new Date(now + ms).toISOString() };
}

async function readCalendar(path: string): Promise<string> {
  try {
    return await readFile(resolve(path), "utf8");
  } catch (error) {
    throw new AppError("invalid", `The file "${path}" cannot be read: ${messageOf(error)}.`, "calendar");
  }
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(",");
}
