"use server";

import { refresh } from "next/cache";
import type { ActionResult, FormAnswer } from "../../../components/base/form-state.ts";
import type { WindowValues } from "../../../components/calendar/window-view.ts";
import { createWindow, deleteWindow, type SavedWindow, updateWindow } from "../../../lib/services/windows.ts";
import { asRecord, asText, asTexts } from "../../action-input.ts";
import { tryAction, tryForm } from "../../failures.ts";
import { getCtx } from "../../request.ts";

export async function addWindow(projectId: unknown, input: unknown): Promise<FormAnswer<WindowValues>> {
  return save(input, async (values) => createWindow(await getCtx(), { projectId: asText(projectId), ...values }));
}

export async function changeWindow(windowId: unknown, input: unknown): Promise<FormAnswer<WindowValues>> {
  return save(input, async (values) => updateWindow(await getCtx(), { windowId: asText(windowId), ...values }));
}

async function save(
  input: unknown,
  work: (values: WindowValues) => Promise<SavedWindow>,
): Promise<FormAnswer<WindowValues>> {
  const values = valuesOf(asRecord(input));
  let said = "Saved.";
  const failure = await tryForm(values, async () => {
    const { leftOut, warnings } = await work(values);
    said = ["Saved.", leftOut ?? [], ...warnings].flat().join(" ");
  });
  if (failure !== null) return { failure };
  refresh();
  return { failure: null, said };
}

function valuesOf(given: Record<string, unknown>): WindowValues {
  return {
    ...{ name: asText(given.name), kind: asText(given.kind), timeZone: asText(given.timeZone) },
    ...{ startsAt: asText(given.startsAt), endsAt: asText(given.endsAt), ics: asText(given.ics) },
    ...{ from: asText(given.from), to: asText(given.to), outside: given.outside === true },
    ...{ everywhere: given.everywhere === true, jobs: asTexts(given.jobs) },
    ...{ tags: asTexts(given.tags), hosts: asTexts(given.hosts) },
    days: Array.isArray(given.days) ? given.days.map(Number) : [],
  };
}

export async function setWindowEnabled(windowId: unknown, enabled: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await updateWindow(await getCtx(), { windowId: asText(windowId), enabled: enabled === true });
    return enabled === true ? "Switched on." : "Switched off: it holds nothing back.";
  });
  refresh();
  return result;
}

export async function removeWindow(windowId: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await deleteWindow(await getCtx(), { windowId: asText(windowId) });
    return "Deleted.";
  });
  refresh();
  return result;
}
