"use server";

import { refresh } from "next/cache";
import type { ActionResult } from "../../components/base/form-state.ts";
import { dismissUnmatched, makeJobOfUnmatched } from "../../lib/services/unmatched.ts";
import { asText } from "../action-input.ts";
import { tryAction } from "../failures.ts";
import { getCtx } from "../request.ts";

/** Makes the job that these pings of a project are for. */
export async function makeJob(projectId: unknown, id: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    const made = await makeJobOfUnmatched(await getCtx(), { projectId: asText(projectId), id: Number(id) });
    return [`Made the job ${made.slug}. It takes the next ping.`, ...made.leftOut].join(" ");
  });
  refresh();
  return result;
}

/** Forgets these pings of a project. */
export async function dismiss(projectId: unknown, id: unknown): Promise<ActionResult> {
  return forget(asText(projectId), id);
}

/** Forgets these pings that name no project. */
export async function dismissStranger(id: unknown): Promise<ActionResult> {
  return forget(null, id);
}

async function forget(projectId: string | null, id: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await dismissUnmatched(await getCtx(), { projectId, id: Number(id) });
    return "Forgotten. If they go on, they show again.";
  });
  refresh();
  return result;
}
