"use server";

import { refresh } from "next/cache";
import type { ActionResult } from "../../../components/base/form-state.ts";
import type { NoteState } from "../../../components/incidents/note-form.tsx";
import { ACTION_KINDS, type Handling, handledText } from "../../../components/incidents/handling.ts";
import type { IncidentAction } from "../../../lib/domain/incident-care.ts";
import { actOnIncidents, actOnOutage } from "../../../lib/services/incident-actions.ts";
import { parseNote, parseSnooze } from "../../../lib/services/incident-input.ts";
import type { Ctx } from "../../../lib/services/context.ts";
import { AppError } from "../../../lib/errors.ts";
import { asRecord, asText, asTexts } from "../../action-input.ts";
import { tryAction, tryForm } from "../../failures.ts";
import { getCtx } from "../../request.ts";

/** Acknowledges, snoozes or mutes incidents, or takes it back. */
export async function handleIncidents(incidentIds: unknown, handling: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    const ctx = await getCtx();
    const asked = parseHandling(handling);
    return handledText(
      asked,
      await actOnIncidents(ctx, { incidentIds: asTexts(incidentIds), action: actionOf(ctx, asked) }),
    );
  });
  refresh();
  return result;
}

/** The same for all that is open of an outage. */
export async function handleOutage(outageId: unknown, handling: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    const ctx = await getCtx();
    const asked = parseHandling(handling);
    return handledText(asked, await actOnOutage(ctx, { outageId: asText(outageId), action: actionOf(ctx, asked) }));
  });
  refresh();
  return result;
}

/** Adds a note to an incident. */
export async function addNote(incidentId: unknown, _before: NoteState, form: FormData): Promise<NoteState> {
  const values = { note: asText(form.get("note")) };
  const failure = await tryForm(values, async () => {
    await actOnIncidents(await getCtx(), { incidentIds: [asText(incidentId)], action: parseNote(values.note) });
  });
  if (failure !== null) return failure;
  refresh();
  return { values: { note: "" }, error: null, fieldErrors: {} };
}

function parseHandling(input: unknown): Handling {
  const { kind, for: length, until } = asRecord(input);
  const known = ACTION_KINDS.find((name) => name === kind);
  if (known === undefined) throw new AppError("invalid", "Belfry does not know what to do about this incident.");
  if (known !== "snooze") return { kind: known };
  return {
    kind: known,
    ...(length === undefined ? {} : { for: asText(length) }),
    ...(until === undefined ? {} : { until: asText(until) }),
  };
}

function actionOf(ctx: Ctx, handling: Handling): IncidentAction {
  return handling.kind === "snooze" ? parseSnooze(handling, ctx.clock.now()) : handling;
}
