"use server";

import { refresh } from "next/cache";
import type { ProjectSettingsState } from "../../../components/settings/project-settings-form.tsx";
import { updateProject } from "../../../lib/services/project-settings.ts";
import { asText } from "../../action-input.ts";
import { tryForm } from "../../failures.ts";
import { getCtx } from "../../request.ts";

/** Renames a project, or changes how much it keeps and masks, and when it reminds. */
export async function saveProject(
  projectId: unknown,
  _before: ProjectSettingsState,
  form: FormData,
): Promise<ProjectSettingsState> {
  const values = {
    name: asText(form.get("name")),
    keepDays: asText(form.get("keepDays")),
    keepRuns: asText(form.get("keepRuns")),
    remindAfter: asText(form.get("remindAfter")),
    mask: asText(form.get("mask")),
  };
  const failure = await tryForm(values, async () => {
    await updateProject(await getCtx(), { projectId: asText(projectId), ...values });
  });
  if (failure !== null) return { ...failure, saved: false };
  refresh();
  return { values, error: null, fieldErrors: {}, saved: true };
}
