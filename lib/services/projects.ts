import { notWritten } from "./not-written.ts";
import type { MemberRole } from "../auth/rules.ts";
import type { Instant } from "../domain/time.ts";
import type { Ctx } from "./context.ts";

export type ProjectRow = { id: string; name: string; role: MemberRole; createdAt: Instant };

export type ProjectPage = ProjectRow & {
  /** The numeric id of a DSN. */
  number: number;
  keepDays: number;
  jobCount: number;
  channelCount: number;
};

/** What the lines to copy are made of. */
export type ProjectSnippets = {
  baseUrl: string;
  /** Null where the project has none any more. */
  pingKey: string | null;
  /** `${baseUrl}/ping/${pingKey}`: add `/<slug>`, `/start`, `/fail`, `?create=1`. */
  pingBase: string | null;
};

export type KeyScope = "ping" | "read" | "write";

/** The projects of whoever asks, oldest first; the command line sees all. */
export async function listProjects(ctx: Ctx): Promise<ProjectRow[]> {
  return notWritten(ctx);
}

/** @throws AppError `not-found`, also for strangers. */
export async function getProject(ctx: Ctx, input: { projectId: string }): Promise<ProjectPage> {
  return notWritten(ctx, input);
}

/** Needs role member or more: the ping key is in clear. */
export async function projectSnippets(ctx: Ctx, input: { projectId: string }): Promise<ProjectSnippets> {
  return notWritten(ctx, input);
}

/** Makes a project with a ping key. `ownerEmail` is for the command line; a person makes projects of his own. */
export async function createProject(
  ctx: Ctx,
  input: { name: string; ownerEmail?: string },
): Promise<{ id: string; name: string; pingKey: string }> {
  return notWritten(ctx, input);
}

/** The key is shown this once, except ping keys, which snippets show. */
export async function createKey(
  ctx: Ctx,
  input: { projectId: string; scope: string },
): Promise<{ id: string; key: string; prefix: string }> {
  return notWritten(ctx, input);
}
