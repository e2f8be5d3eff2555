"use server";

import type { ActionResult } from "../../components/base/form-state.ts";
import { formatDuration } from "../../lib/domain/duration.ts";
import { confirmSeen } from "../../lib/services/drills.ts";
import { applyGraceLink } from "../../lib/services/grace-links.ts";
import { screenProcess } from "../../lib/services/process.ts";
import { unsubscribe } from "../../lib/services/unsubscribe.ts";
import { asText } from "../action-input.ts";
import { tryAction } from "../failures.ts";
import { findVisit } from "../request.ts";

/** Puts the grace that a report proposed in force. The link says on whose behalf. */
export async function changeGrace(token: unknown): Promise<ActionResult> {
  return tryAction(async () => {
    const { services } = await screenProcess();
    const { job, proposedMs } = await applyGraceLink(services, asText(token));
    return `The grace of ${job} is ${formatDuration(proposedMs)} now.`;
  });
}

/** Notes that a drill's message was seen; by whom, where somebody is signed in. */
export async function sayThatSeen(token: unknown): Promise<ActionResult> {
  return tryAction(async () => {
    const visit = await findVisit();
    const { services } = await screenProcess();
    const { to } = await confirmSeen(services, asText(token), visit?.person.userId ?? null);
    return `Thank you. The drill counts as seen over ${to}.`;
  });
}

/** Ends a report, or switches a mail channel off. */
export async function endMails(token: unknown): Promise<ActionResult> {
  return tryAction(async () => {
    const { services } = await screenProcess();
    const offer = await unsubscribe(services, asText(token));
    return offer.about === "report"
      ? "You will not get this report any more."
      : `Nothing is sent to ${offer.to} over this channel any more. The others of the project have been told.`;
  });
}
