import type { IncidentAction } from "../../domain/incident-care.ts";
import { AppError } from "../../errors.ts";
import type { Ctx } from "../../services/context.ts";
import { actOnIncidents, actOnOutage, findMeant } from "../../services/incident-actions.ts";
import { parseNote, parseSnooze } from "../../services/incident-input.ts";
import { getIncident, type IncidentRow, reportIncidents } from "../../services/incidents.ts";
import type { Options, OptionSpec } from "./arguments.ts";
import { cut, LIMIT, limitOf, LONG_LIST } from "./bounds.ts";
import { ANY_PROJECT, type Command, isoTime, PROJECT, required } from "./command.ts";

/** Of an outage, all of it that is open; of a job, its open incident where there is one. */
const INCIDENT: OptionSpec = { name: "incident", required: true, value: "ID|SLUG", refers: "job" };

/** Commands about incidents and what people do about them. */
export const INCIDENT_COMMANDS: readonly Command[] = [
  {
    name: "incidents",
    summary: "Lists a project's incidents, or those of one of its jobs, newest first.",
    options: [
      PROJECT,
      { name: "job", required: false, value: "ID|SLUG", refers: "job" },
      { name: "state", required: false, value: "open|resolved" },
      LIMIT,
    ],
    async run(ctx, options) {
      const limit = limitOf(options, LONG_LIST);
      const asked = { projectId: required(options, "project"), jobId: options.get("job"), state: stateOf(options) };
      const { shown, more } = cut(await reportIncidents(ctx, { ...asked, limit: limit + 1 }), limit);
      return { incidents: shown.map(outputOf), ...more };
    },
  },
  action(
    "acknowledge",
    "Says that somebody looks after an incident, or all that is open of an outage: the next reminder comes a day later.",
  ),
  action("unacknowledge", "Says that nobody looks after it any more."),
  {
    name: "snooze",
    summary: "Keeps an incident quiet for a while, an hour by default; then people are reminded of it.",
    options: [
      INCIDENT,
      ANY_PROJECT,
      { name: "for", required: false, value: "1h" },
      { name: "until", required: false, value: "TIME|success" },
    ],
    run: (ctx, options) =>
      perform(ctx, options, parseSnooze({ for: options.get("for"), until: options.get("until") }, ctx.clock.now())),
  },
  action("unsnooze", "Ends a snooze early: people hear at once of what is still wrong, unless it is acknowledged."),
  action("mute", "Tells nobody of this incident any more, not even of its end."),
  action("unmute", "Ends a mute."),
  {
    name: "note",
    summary: "Adds a note to an incident, also to one that is over.",
    options: [INCIDENT, ANY_PROJECT, { name: "text", required: true, value: "TEXT" }],
    run: (ctx, options) => perform(ctx, options, parseNote(required(options, "text"))),
  },
];

function stateOf(options: Options): IncidentRow["state"] | undefined {
  const state = options.get("state");
  if (state === undefined || state === "open" || state === "resolved") return state;
  throw new AppError("invalid", `--state is open or resolved, not "${state.slice(0, 40)}".`, "state");
}

function outputOf({ openedAt, resolvedAt, ...incident }: IncidentRow): object {
  const { id, jobId, jobSlug, jobName, cause, state, host, exitCode } = incident;
  return {
    ...{ id, jobId, jobSlug, jobName, cause, state, host, exitCode },
    openedAt: isoTime(openedAt),
    resolvedAt: isoTime(resolvedAt),
    ...careOf(incident),
  };
}

function action(name: Exclude<IncidentAction["kind"], "snooze" | "note">, summary: string): Command {
  return {
    name,
    summary,
    options: [INCIDENT, ANY_PROJECT],
    run: (ctx, options) => perform(ctx, options, { kind: name }),
  };
}

async function perform(ctx: Ctx, options: Options, asked: IncidentAction): Promise<object> {
  const meant = await findMeant(ctx, { id: required(options, "incident") });
  if ("outageId" in meant) return performOnOutage(ctx, meant.outageId, asked);
  const { incidentId } = meant;
  const { changed } = await actOnIncidents(ctx, { incidentIds: [incidentId], action: asked });
  const { id, state, ...care } = await getIncident(ctx, { incidentId });
  return { id, state, changed: changed > 0, ...careOf(care) };
}

async function performOnOutage(ctx: Ctx, outageId: string, asked: IncidentAction): Promise<object> {
  const { changed, asked: open } = await actOnOutage(ctx, { outageId, action: asked });
  if (open === 0) throw new AppError("conflict", "This outage is over: there is nothing to do.");
  return { outageId, openIncidents: open, changedIncidents: changed };
}

type Care = Pick<
  Awaited<ReturnType<typeof getIncident>>,
  "acknowledgedAt" | "acknowledgedBy" | "snoozedUntil" | "snoozedUntilSuccess" | "mutedAt" | "outageId"
>;

function careOf({ acknowledgedAt, acknowledgedBy, snoozedUntil, snoozedUntilSuccess, mutedAt, outageId }: Care) {
  return {
    acknowledgedAt: isoTime(acknowledgedAt),
    acknowledgedBy,
    snoozedUntil: snoozedUntilSuccess ? "success" : isoTime(snoozedUntil),
    mutedAt: isoTime(mutedAt),
    outageId,
  };
}
