"use server";

import type { ActState } from "../../../components/incidents/act-door.tsx";
import { actByLink } from "../../../lib/services/act-links.ts";
import { screenProcess } from "../../../lib/services/process.ts";
import { asText } from "../../action-input.ts";
import { tryForm } from "../../failures.ts";
import { findVisit } from "../../request.ts";

/** Does what a link in a message says, for whoever holds it. */
export async function act(token: unknown, _before: ActState): Promise<ActState> {
  let page: ActState["page"] = null;
  const failure = await tryForm({}, async () => {
    const { services } = await screenProcess();
    const visit = await findVisit();
    page = await actByLink(services, { token: asText(token), userId: visit?.person.userId ?? null });
  });
  return { page, error: failure?.error ?? null };
}
