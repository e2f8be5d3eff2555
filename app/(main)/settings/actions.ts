"use server";

import type { NewKeyAnswer } from "../../../components/settings/new-key.tsx";
import { createKey } from "../../../lib/services/projects.ts";
import { asText } from "../../action-input.ts";
import { tryAction } from "../../failures.ts";
import { getCtx } from "../../request.ts";

/** Makes a key and gives it back, this once. */
export async function makeKey(projectId: unknown, scope: unknown): Promise<NewKeyAnswer> {
  const result = await tryAction(async () => {
    const { key } = await createKey(await getCtx(), { projectId: asText(projectId), scope: asText(scope) });
    return key;
  });
  return result.ok ? { key: result.message } : { failed: result.message };
}
