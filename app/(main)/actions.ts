"use server";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ProjectFormState } from "../../components/settings/project-form.tsx";
import { createProject, getProject } from "../../lib/services/projects.ts";
import { screenProcess } from "../../lib/services/process.ts";
import { asText } from "../action-input.ts";
import { passCookies } from "../cookies.ts";
import { tryForm } from "../failures.ts";
import { getCtx, PROJECT_COOKIE } from "../request.ts";

/** Ends the session and goes to the sign-in page. */
export async function signOut(): Promise<void> {
  const { auth } = await screenProcess();
  await passCookies(await auth.signOut(await headers()));
  redirect("/sign-in");
}

/** Makes that project the one that the lists are about. */
export async function chooseProject(projectId: unknown): Promise<void> {
  const project = await getProject(await getCtx(), { projectId: asText(projectId) });
  await rememberProject(project.id);
  redirect("/jobs");
}

/** Makes a project and goes to its empty list. */
export async function makeProject(_before: ProjectFormState, form: FormData): Promise<ProjectFormState> {
  const values = { name: asText(form.get("name")) };
  const failure = await tryForm(values, async () => {
    const { id } = await createProject(await getCtx(), values);
    await rememberProject(id);
  });
  return failure ?? redirect("/jobs");
}

async function rememberProject(projectId: string): Promise<void> {
  const options = { path: "/", maxAge: 31_536_000, sameSite: "lax", httpOnly: true } as const;
  (await cookies()).set(PROJECT_COOKIE, projectId, options);
}
