import { DAY } from "../domain/time.ts";
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
import { readCodeJob } from "./code-jobs.ts";
import type { CodeRequest } from "./code-request.ts";
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

/**
 * Makes the job that such pings are for, as their client asked; what makes no sense of that is left out.
 * @throws AppError `not-found`, `conflict` where there is such a job by now, `invalid` where the pings name no job.
 */
export async function makeJobOfUnmatched(ctx: Ctx, input: { projectId: string; id: number }): Promise<CreatedJob> {
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
  const record = readCodeJob(names, request, code?.digest ?? null);
  return inTransaction(ctx.database.pool, async (client) => {
    const job = await insertJobRecord(client, { projectId, ...record, code: code === null ? null : record.code });
    if (job === null) throw new AppError("conflict", `There is a job with the slug "${slug}" by now.`);
    await deleteUnmatched(client, { projectId, id: group.id });
    await publishCache(client, job.id);
    await publishLive(client, projectId);
    return createdJob(ctx, job.id, record.settings);
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

type Asked = { name: string | null; request: CodeRequest; code: { digest: string | null } | null };

const ASKED_TEXTS = ["schedule", "dialect", "timeZone", "grace", "maxRuntime", "jitter"] as const;
const ASKED_NUMBERS = ["failuresToOpen", "successesToClose"] as const;

/** What was kept of a client's wishes, field by field: an older version of Belfry may have kept it. */
function readAsked(asked: object | null): Asked {
  const fields = new Map<string, unknown>(Object.entries(asked ?? {}));
  const texts = ASKED_TEXTS.map((name) => [name, fields.get(name)]).filter(([, value]) => typeof value === "string");
  const numbers = ASKED_NUMBERS.map((name) => [name, fields.get(name)]).filter(
    ([, value]) => typeof value === "number",
  );
  const name = fields.get("name");
  return {
    name: typeof name === "string" ? name : null,
    request: Object.fromEntries([...texts, ...numbers]),
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
