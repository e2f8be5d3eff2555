import { notWritten } from "./not-written.ts";
import type { Auth } from "../auth/server.ts";
import type { Ctx, Services } from "./context.ts";

/** What a process of screens keeps open: one per process, whatever the number of bundles that ask. */
export type ScreenProcess = {
  services: Services;
  auth: Auth;
  /** Calls `listener` at every change in that project until the returned function is called. @throws AppError `not-found`. */
  watchProject(ctx: Ctx, input: { projectId: string }, listener: () => void): Promise<() => void>;
};

/** Opens it at the first call, from the environment (`DATABASE_URL` and `SECRET_KEY` are set by the front). */
export function screenProcess(): Promise<ScreenProcess> {
  return notWritten();
}
