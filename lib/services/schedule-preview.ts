import type { ScheduleSpec } from "../domain/job.ts";
import { DIALECT_NAMES } from "../domain/schedule/dialect-names.ts";
import { DIALECTS } from "../domain/schedule/dialects.ts";
import { readAloud, type Reading } from "../domain/schedule/reading.ts";
import { AppError } from "../errors.ts";
import type { Services } from "./context.ts";
import { parseSchedule, type ScheduleTexts } from "./job-input.ts";

export type ScheduleField = keyof ScheduleTexts;

export type SchedulePreview =
  | { ok: true; kind: ScheduleSpec["kind"]; reading: Reading }
  | { ok: false; error: string; field: ScheduleField };

/** How many coming occurrences a form or page shows. */
export const NEXT_SHOWN = 5;

/** What a schedule means, as one types; needs nobody's permission. */
export function previewSchedule(services: Pick<Services, "clock">, input: ScheduleTexts): SchedulePreview {
  try {
    const spec = parseSchedule(input);
    return { ok: true, kind: spec.kind, reading: readAloud(spec, services.clock.now(), NEXT_SHOWN) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ok: false, error: error.message, field: fieldOf(error) };
  }
}

function fieldOf({ field }: AppError): ScheduleField {
  return field === "timeZone" || field === "dialect" ? field : "schedule";
}

/** A scheduler as people choose it. */
export type DialectChoice = { name: string; title: string; example: string };

/** Every scheduler that a job may name. */
export function listDialects(): DialectChoice[] {
  return DIALECT_NAMES.map((name) => ({ name, title: DIALECTS[name].title, example: DIALECTS[name].example }));
}
