import { type Action, can, type MemberRole, parseRole } from "../auth/rules.ts";
import { AppError } from "../errors.ts";
import { findProjectRecord, type ProjectRecord } from "../store/projects.ts";
import type { Ctx } from "./context.ts";

export type ProjectAccess = ProjectRecord & { role: MemberRole };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const REFUSALS: Readonly<Record<Action, string>> = {
  see: "see this project",
  "see-ping-key": "see its ping key",
  "change-jobs": "change its jobs",
  "pause-jobs": "pause its jobs",
  "test-channels": "test its channels",
  "replay-deliveries": "send alerts again",
  "handle-incidents": "acknowledge, snooze, mute or note incidents",
  "change-windows": "change its calendar",
  "change-channels": "change its channels",
  "change-project": "change its settings",
  "make-keys": "make keys",
  "change-members": "change its members",
  "delete-project": "delete it",
};

/**
 * The project, if whoever asks may do this in it.
 * @throws AppError `not-found` for strangers as for unknown ids; `forbidden` for members whose role does not allow it.
 */
export async function requireProject(ctx: Ctx, projectId: string, action: Action): Promise<ProjectAccess> {
  const { actor } = ctx;
  const project = isUuid(projectId)
    ? await findProjectRecord(ctx.database.pool, projectId, actor.kind === "user" ? actor.userId : null)
    : null;
  if (project === null) throw noProject(projectId);
  if (actor.kind === "system") return { ...project, role: "owner" };
  if (project.role === null) throw noProject(projectId);
  const role = parseRole(project.role);
  if (!can(role, action)) {
    throw new AppError("forbidden", `Your role in this project is ${role}: it does not let you ${REFUSALS[action]}.`);
  }
  return { ...project, role };
}

/** What belongs to a project is as unknown to strangers as the project. */
export async function requireOwned<T extends { projectId: string }>(
  ctx: Ctx,
  found: T | null,
  rule: { action: Action; missing: AppError },
): Promise<T & { project: ProjectAccess }> {
  if (found === null) throw rule.missing;
  try {
    return { ...found, project: await requireProject(ctx, found.projectId, rule.action) };
  } catch (error) {
    throw error instanceof AppError && error.code === "not-found" ? rule.missing : error;
  }
}

/** For what only the command line may do. */
export function requireSystem(ctx: Ctx): void {
  if (ctx.actor.kind !== "system") throw new AppError("forbidden", "Only the command line can do this.");
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

function noProject(projectId: string): AppError {
  return new AppError("not-found", `There is no project with the id "${projectId}".`, "projectId");
}
