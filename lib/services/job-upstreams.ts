import { findCircle } from "../domain/dependency.ts";
import { AppError } from "../errors.ts";
import {
  findNamedJobs,
  type JobName,
  listJobNames,
  listLinksAbove,
  lockUpstreams,
  replaceUpstreams,
} from "../store/jobs-upstreams.ts";
import type { Queryable } from "../store/queryable.ts";
import { requireProject } from "./access.ts";
import type { Ctx } from "./context.ts";
import { typedLines } from "./input.ts";

const MOST_UPSTREAMS = 20;

/** Names of jobs as people type them: a slug, or `staging/backup` for a job of another environment. */
export function parseUpstreams(typed: readonly string[]): string[] {
  const names = typedLines(typed);
  if (names.length <= MOST_UPSTREAMS) return names;
  throw new AppError("invalid", `A job can wait for at most ${MOST_UPSTREAMS} others.`, "upstreams");
}

export type WaitingJob = JobName & { id: string; projectId: string; upstreams: readonly string[] };

/**
 * Writes what a job waits for.
 * @throws AppError `invalid` with field upstreams: there is no such job, or they would wait for each other.
 */
export async function writeUpstreams(client: Queryable, job: WaitingJob): Promise<void> {
  const names = job.upstreams.map((text) => jobNameOf(text, job.environment));
  if (names.length > 0) await lockUpstreams(client, job.projectId);
  const found = names.length === 0 ? [] : await findNamedJobs(client, job.projectId, names);
  const upstreams = names.map((name, index) => {
    const text = job.upstreams[index] ?? name.slug;
    const upstream = found.find(({ slug, environment }) => slug === name.slug && environment === name.environment);
    if (upstream === undefined) throw noSuchJob(text, name);
    if (upstream.id === job.id) throw refused(`A job cannot wait for itself: take "${text}" out.`);
    return { id: upstream.id, name: text };
  });
  const ids = upstreams.map(({ id }) => id);
  if (ids.length > 0) {
    const circle = findCircle({ jobId: job.id, upstreams }, await listLinksAbove(client, ids));
    if (circle !== null) throw refused(circleText(circle));
  }
  await replaceUpstreams(client, job.id, ids);
}

/** The job that such a text names, where one of `environment` waits for it. */
export function jobNameOf(text: string, environment: string): JobName {
  const slash = text.lastIndexOf("/");
  return slash < 0 ? { environment, slug: text } : { environment: text.slice(0, slash), slug: text.slice(slash + 1) };
}

function noSuchJob(text: string, { environment, slug }: JobName): AppError {
  const shown = text.slice(0, 140);
  return refused(
    `The project has no job with the slug "${slug.slice(0, 140)}" in ${environment.slice(0, 64)}, so nothing can wait for "${shown}". Write the slug of a job, or environment/slug.`,
  );
}

function circleText([first = "", ...others]: readonly string[]): string {
  const way = others.length === 0 ? "" : ` (over ${others.map((name) => `"${name}"`).join(", ")})`;
  return `"${first}" waits for this job already${way}. If they waited for each other, nobody would ever be told.`;
}

function refused(message: string): AppError {
  return new AppError("invalid", message, "upstreams");
}

const MOST_OFFERED = 1_000;

/** Jobs that one of that environment may wait for, as its form names them. @throws AppError `not-found`. */
export async function listUpstreamChoices(
  ctx: Ctx,
  input: { projectId: string; jobId: string | null; environment: string },
): Promise<string[]> {
  const project = await requireProject(ctx, input.projectId, "see");
  const jobs = await listJobNames(ctx.database.pool, project.id, MOST_OFFERED);
  return upstreamTexts(
    jobs.filter(({ id }) => id !== input.jobId),
    input.environment,
  );
}

/** Upstream jobs as the form of a job of that environment shows them. */
export function upstreamTexts(upstreams: readonly JobName[], environment: string): string[] {
  return upstreams.map(({ slug, environment: own }) => (own === environment ? slug : `${own}/${slug}`));
}
