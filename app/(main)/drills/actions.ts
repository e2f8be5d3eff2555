"use server";

import { refresh } from "next/cache";
import type { ActionResult } from "../../../components/base/form-state.ts";
import type { RhythmState } from "../../../components/drills/rhythm-form.tsx";
import { setDrillRhythm, startDrill } from "../../../lib/services/drills.ts";
import { asText } from "../../action-input.ts";
import { tryAction, tryForm } from "../../failures.ts";
import { getCtx } from "../../request.ts";

/** Sends every channel of a project a marked test. */
export async function drill(projectId: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    const { messages } = await startDrill(await getCtx(), { projectId: asText(projectId) });
    return messages === 1 ? "One message leaves now." : `${messages} messages leave now.`;
  });
  refresh();
  return result;
}

/** Says how often a project drills by itself. */
export async function saveRhythm(projectId: unknown, _before: RhythmState, form: FormData): Promise<RhythmState> {
  const values = { every: asText(form.get("every")) };
  const failure = await tryForm(values, async () => {
    const timeZone = asText(form.get("timeZone")) || "UTC";
    await setDrillRhythm(await getCtx(), { projectId: asText(projectId), ...values, timeZone });
  });
  if (failure !== null) return { ...failure, saved: false };
  refresh();
  return { values, error: null, fieldErrors: {}, saved: true };
}
