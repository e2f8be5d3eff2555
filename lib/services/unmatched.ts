import { DAY } from "../domain/time.ts";
import { leftOutSentence } from "../domain/left-out.ts";
import type { UnmatchedReason } from "../domain/unmatched.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../store/client.ts";
import { insertJobRecord } from "../store/jobs.ts";
import {
  countUnmatched,
  deleteUnmatched,
  findUnmatched,
  listUnmatched,
  type UnmatchedGroup,
} from "../store/unmatched.ts";
import { requireProject } from "./access.ts";
import { readAskedJob, readLists } from "./asked-job.ts";
import { readCodeJob } from "./code-jobs.ts";
import type { PingRequest } from "./code-request.ts";
import type { Ctx } from "./context.ts";
import { createdJob } from "./job-changes.ts";
import type { CreatedJob } from "./job-views.ts";
import { publishCache, publishLive } from "./publish.ts";

export type UnmatchedRow = Omit<UnmatchedGroup, "asked"> & {
  /** The schedule that the client asked for. */
  schedule: string | null;
  /** Whether `makeJobOfUnmatched` would make the job that these pings are for. */
  makesJob: boolean;
};

const SHOWN = 100;

/**
 * Pings that found no job, one row a mistake, the latest 100: those of a project, or with null those that name none.
 * @throws AppError `not-found`, with null for everybody but operators.
 */
export async function listUnmatchedPings(ctx: Ctx, input: { projectId: string | null }): Promise<UnmatchedRow[]> {
  const projectId = await requireWhose(ctx, input.projectId, "see");
  const groups = await listUnmatched(ctx.database.pool, { projectId, limit: SHOWN });
  return groups.map(({ asked, ...group }) => ({
    ...group,
    schedule: readAsked(asked).request.schedule ?? null,
    makesJob: isJobless(group),
  }));
}

/** How many such mistakes of a project were made in the last 24 hours. */
export async function countRecentUnmatched(ctx: Ctx, input: { projectId: string }): Promise<number> {
  const { id } = await requireProject(ctx, input.projectId, "see");
  return countUnmatched(ctx.database.pool, { projectId: id, since: ctx.clock.now() - DAY });
}

/** `leftOut`: a sentence for each thing that the pings ask for and that makes no sense. */
export type MadeJob = CreatedJob & { leftOut: string[] };

/**
 * Makes the job that such pings are for, as their client asked; what makes no sense of that is left out.
 * @throws AppError `not-found`, `conflict` where there is such a job by now, `invalid` where the pings name no job.
 */
export async function makeJobOfUnmatched(ctx: Ctx, input: { projectId: string; id: number }): Promise<MadeJob> {
  const { id: projectId } = await requireProject(ctx, input.projectId, "change-jobs");
  const group = await findUnmatched(ctx.database.pool, { projectId, id: wholeId(input.id) });
  if (group === null) throw noGroup();
  const { slug, environment } = group;
  if (slug === null || !isJobless(group)) {
    throw new AppError(
      "invalid",
      "These pings do not say which job they are for: correct the address they are sent to.",
    );
  }
  const { name, request, code } = readAsked(group.asked);
  const names = { slug, name: name ?? undefined, environment: environment ?? undefined };
  const { leftOut = [], ...asked } = readAskedJob(names, request);
  // What its code asks for is shown with the job as long as the code does.
  const record = code === null ? { ...asked, leftOut } : readCodeJob(names, request, code.digest);
  return inTransaction(ctx.database.pool, async (client) => {
    const job = await insertJobRecord(client, { projectId, ...record });
    if (job === null) throw new AppError("conflict", `There is a job with the slug "${slug}" by now.`);
    await deleteUnmatched(client, { projectId, id: group.id });
    await publishCache(client, job.id);
    await publishLive(client, projectId);
    const lacks = code === null ? job.leftOut : leftOut;
    return { ...createdJob(ctx, job.id, record.settings), leftOut: lacks.map(leftOutSentence) };
  });
}

/** Forgets such pings; if they go on, they show again. @throws AppError `not-found`. */
export async function dismissUnmatched(ctx: Ctx, input: { projectId: string | null; id: number }): Promise<void> {
  const projectId = await requireWhose(ctx, input.projectId, "change-jobs");
  if (!(await deleteUnmatched(ctx.database.pool, { projectId, id: wholeId(input.id) }))) throw noGroup();
}

/** @throws AppError `not-found`: for others there is no such thing. */
export function requireOperator({ actor }: Ctx): void {
  if (actor.kind === "user" && !actor.operator) throw new AppError("not-found", "There is no such page.");
}

async function requireWhose(ctx: Ctx, projectId: string | null, action: "see" | "change-jobs"): Promise<string | null> {
  if (projectId !== null) return (await requireProject(ctx, projectId, action)).id;
  requireOperator(ctx);
  return null;
}

const JOBLESS: ReadonlySet<UnmatchedReason> = new Set(["not-found", "invalid-job"]);

function isJobless({ projectId, slug, reason }: Pick<UnmatchedGroup, "projectId" | "slug" | "reason">): boolean {
  return projectId !== null && slug !== null && JOBLESS.has(reason);
}

type Asked = { name: string | null; request: PingRequest; code: { digest: string | null } | null };

const ASKED_TEXTS = ["schedule", "dialect", "timeZone", "grace", "maxRuntime", "jitter"] as const;
const ASKED_NUMBERS = ["failuresToOpen", "successesToClose"] as const;

/** What was kept of a client's wishes, field by field: an older version of Belfry may have kept it. */
function readAsked(asked: object | null): Asked {
  const fields = new Map<string, unknown>(Object.entries(asked ?? {}));
  const texts = ASKED_TEXTS.map((name) => [name, fields.get(name)]).filter(([, value]) => typeof value === "string");
  const numbers = ASKED_NUMBERS.map((name) => [name, fields.get(name)]).filter(
    ([, value]) => typeof value === "number",
  );
  const textOf = (field: string): string | null => {
    const value = fields.get(field);
    return typeof value === "string" ? value : null;
  };
  const lists = readLists({ tags: textOf("tags"), upstreams: textOf("upstreams") });
  return {
    name: textOf("name"),
    request: { ...Object.fromEntries([...texts, ...numbers]), ...lists },
    code: readCode(fields.get("code")),
  };
}

function readCode(code: unknown): Asked["code"] {
  if (typeof code !== "object" || code === null) return null;
  return { digest: "digest" in code && typeof code.digest === "string" ? code.digest : null };
}

function wholeId(id: number): number {
  if (!Number.isSafeInteger(id)) throw noGroup();
  return id;
}

function noGroup(): AppError {
  return new AppError("not-found", "These pings are gone from the list already.");
}
