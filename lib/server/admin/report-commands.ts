import { listDrills, setDrillRhythm, startDrill } from "../../services/drills.ts";
import { previewReport, saveReports } from "../../services/reports.ts";
import { type Command, isoTime, PROJECT, required } from "./command.ts";

const ZONE = { name: "tz", required: false, value: "ZONE" };

/** Commands about reports and fire drills. */
export const REPORT_COMMANDS: readonly Command[] = [
  {
    name: "report",
    summary: "Shows the report about the last whole day, week or month that a person would get by mail.",
    options: [PROJECT, { name: "period", required: true, value: "day|week|month" }, ZONE],
    async run(ctx, options) {
      const { content, facts } = await previewReport(ctx, {
        projectId: required(options, "project"),
        period: required(options, "period"),
        timeZone: options.get("tz") ?? "UTC",
      });
      return { ...content, from: isoTime(facts.from), to: isoTime(facts.to), totals: facts.totals };
    },
  },
  {
    name: "set-reports",
    summary: "Says which reports a member of a project gets by mail at 08:00, and no others; --periods none ends them.",
    options: [
      PROJECT,
      { name: "email", required: true, value: "ADDRESS" },
      { name: "periods", required: true, value: "day,week,month|none" },
      ZONE,
    ],
    async run(ctx, options) {
      const periods = required(options, "periods");
      const { subscriptions } = await saveReports(ctx, {
        projectId: required(options, "project"),
        email: required(options, "email"),
        periods: periods === "none" ? [] : periods.split(","),
        timeZone: options.get("tz") ?? "UTC",
      });
      return { reports: subscriptions.map((one) => ({ ...one, nextAt: isoTime(one.nextAt) })) };
    },
  },
  {
    name: "drill",
    summary: "Sends every channel of a project that is switched on a marked test; see drills for which arrived.",
    options: [PROJECT],
    async run(ctx, options) {
      return startDrill(ctx, { projectId: required(options, "project") });
    },
  },
  {
    name: "drills",
    summary: "Lists a project's latest fire drills and what became of each message.",
    options: [PROJECT],
    async run(ctx, options) {
      const { every, nextAt, drills } = await listDrills(ctx, { projectId: required(options, "project") });
      return {
        every,
        nextAt: isoTime(nextAt),
        drills: drills.map(({ id, startedAt, requestedBy, results }) => ({
          ...{ id, requestedBy, startedAt: isoTime(startedAt) },
          results: results.map(({ channelId, to, kind, state, attempts, status, answer, sentAt, seenAt }) => ({
            ...{ channelId, to, kind, state, attempts, status, answer },
            sentAt: isoTime(sentAt),
            seenAt: isoTime(seenAt),
          })),
        })),
      };
    },
  },
  {
    name: "set-drills",
    summary: "Says how often a project drills by itself, first on a Tuesday at 10:00.",
    options: [PROJECT, { name: "every", required: true, value: "never|week|month|quarter" }, ZONE],
    async run(ctx, options) {
      const { every, nextAt } = await setDrillRhythm(ctx, {
        projectId: required(options, "project"),
        every: required(options, "every"),
        timeZone: options.get("tz"),
      });
      return { every, nextAt: isoTime(nextAt) };
    },
  },
];
