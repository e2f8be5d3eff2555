import type { ScheduleSpec } from "../domain/job.ts";
import { compileSchedule, describeSchedule, occurrences } from "../domain/schedule.ts";
import type { Instant } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import type { Services } from "./context.ts";
import { parseSchedule } from "./job-input.ts";

export type SchedulePreview =
  | {
      ok: true;
      kind: ScheduleSpec["kind"];
      words: string;
      /** The next five; none without a schedule. */
      next: Instant[];
      /** Sentences about what its author may not expect. */
      warnings: readonly string[];
    }
  | { ok: false; error: string; field: "schedule" | "timeZone" };

/** How many coming occurrences a form or page shows. */
export const NEXT_SHOWN = 5;

/** What a schedule means, as one types; needs nobody's permission. */
export function previewSchedule(
  services: Pick<Services, "clock">,
  input: { schedule: string; timeZone: string },
): SchedulePreview {
  try {
    const spec = parseSchedule(input);
    const next = spec.kind === "none" ? [] : occurrences(spec, services.clock.now(), NEXT_SHOWN);
    const { warnings } = compileSchedule(spec);
    return { ok: true, kind: spec.kind, words: describeSchedule(spec), next, warnings };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ok: false, error: error.message, field: error.field === "timeZone" ? "timeZone" : "schedule" };
  }
}
