import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { SignedIn } from "../lib/auth/server.ts";
import { AppError } from "../lib/errors.ts";
import { signupState } from "../lib/services/accounts.ts";
import type { Ctx } from "../lib/services/context.ts";
import { type ScreenProcess, screenProcess } from "../lib/services/process.ts";
import { listProjects, type ProjectRow } from "../lib/services/projects.ts";
import { load } from "./failures.ts";

/** Remembers which project a person looked at last. */
export const PROJECT_COOKIE = "belfry_project";

export type Visit = { screens: ScreenProcess; person: SignedIn; ctx: Ctx };

/** Who asks; null where nobody is signed in. Asked once a request. */
export const findVisit = cache(async (): Promise<Visit | null> => {
  const screens = await screenProcess();
  const person = await screens.auth.findSession(await headers());
  if (person === null) return null;
  const actor = { kind: "user", userId: person.userId, operator: person.operator } as const;
  return { screens, person, ctx: { ...screens.services, actor } };
});

/** Who asks, for pages: others are sent to sign in, or to sign up where nobody has an account yet. */
export async function requireVisit(): Promise<Visit> {
  const visit = await load(findVisit);
  if (visit !== null) return visit;
  const state = await load(async () => signupState((await screenProcess()).services));
  redirect(state.first && state.open ? "/sign-up" : "/sign-in");
}

/**
 * Who asks, for actions and routes.
 * @throws AppError `unauthenticated` where the session has ended.
 */
export async function getCtx(): Promise<Ctx> {
  const visit = await findVisit();
  if (visit === null) {
    throw new AppError(
      "unauthenticated",
      "You are signed out. Open the sign-in page in another tab, sign in, and send this again.",
    );
  }
  return visit.ctx;
}

/** The projects of whoever asks and the one they look at: the last chosen, else the oldest; null without any. */
export const findProjects = cache(async (ctx: Ctx): Promise<{ projects: ProjectRow[]; current: ProjectRow | null }> => {
  const projects = await listProjects(ctx);
  const chosen = (await cookies()).get(PROJECT_COOKIE)?.value;
  return { projects, current: projects.find((project) => project.id === chosen) ?? projects[0] ?? null };
});

/** The project that lists are about; a person without any is sent to make one. */
export async function requireProject(ctx: Ctx): Promise<ProjectRow> {
  const { current } = await load(() => findProjects(ctx));
  return current ?? redirect("/projects/new");
}
