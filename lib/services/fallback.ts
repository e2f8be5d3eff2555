import { loadFallback } from "../store/report-figures.ts";
import { requireProject } from "./access.ts";
import type { Ctx } from "./context.ts";

/**
 * The mail addresses that a project's alarms go to because no channel is switched on, perhaps none; null: there is a channel.
 * @throws AppError `not-found`, also for strangers.
 */
export async function findFallback(ctx: Ctx, input: { projectId: string }): Promise<readonly string[] | null> {
  const project = await requireProject(ctx, input.projectId, "see");
  const mailWorks = ctx.config.smtpUrl !== null;
  return loadFallback(ctx.database.pool, { projectId: project.id, mailWorks });
}
