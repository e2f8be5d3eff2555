import {
  dismissUnmatched,
  listUnmatchedPings,
  makeJobOfUnmatched,
  type UnmatchedRow,
} from "../../services/unmatched.ts";
import { ANY_PROJECT, type Command, isoTime, PROJECT, required } from "./command.ts";

const ID = { name: "id", required: true, value: "ID" };

/** Commands about pings that found no job. */
export const UNMATCHED_COMMANDS: readonly Command[] = [
  {
    name: "unmatched",
    summary: "Lists pings that found no job, one entry a mistake: a project's, or without --project those of none.",
    options: [ANY_PROJECT],
    async run(ctx, options) {
      const rows = await listUnmatchedPings(ctx, { projectId: options.get("project") ?? null });
      return { unmatched: rows.map(outputOf) };
    },
  },
  {
    name: "make-job-of-unmatched",
    summary: "Makes the job that such pings are for, as their client asked.",
    options: [PROJECT, ID],
    run: (ctx, options) =>
      makeJobOfUnmatched(ctx, { projectId: required(options, "project"), id: Number(required(options, "id")) }),
  },
  {
    name: "dismiss-unmatched",
    summary: "Forgets such pings; if they go on, they show again.",
    options: [ANY_PROJECT, ID],
    async run(ctx, options) {
      const id = Number(required(options, "id"));
      await dismissUnmatched(ctx, { projectId: options.get("project") ?? null, id });
      return { id, dismissed: true };
    },
  },
];

function outputOf({ firstAt, lastAt, ...row }: UnmatchedRow) {
  return { ...row, firstAt: isoTime(firstAt), lastAt: isoTime(lastAt) };
}
