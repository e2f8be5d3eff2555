"use server";

import { refresh } from "next/cache";
import type { ReportChoiceState } from "../../../components/reports/report-form.tsx";
import { saveReports } from "../../../lib/services/reports.ts";
import { asText, asTexts } from "../../action-input.ts";
import { tryForm } from "../../failures.ts";
import { getCtx } from "../../request.ts";

/** Says which reports whoever asks gets by mail. */
export async function saveReportChoice(
  projectId: unknown,
  _before: ReportChoiceState,
  form: FormData,
): Promise<ReportChoiceState> {
  const values = { periods: asTexts(form.getAll("periods")), timeZone: asText(form.get("timeZone")) };
  const failure = await tryForm(values, async () => {
    await saveReports(await getCtx(), { projectId: asText(projectId), ...values });
  });
  if (failure !== null) return { ...failure, saved: false };
  refresh();
  return { values, error: null, fieldErrors: {}, saved: true };
}
