import { REPORT_PERIODS, type ReportPeriod } from "../domain/reports/report-period.ts";
import { ScheduleError } from "../domain/schedule.ts";
import { getZone, type Zone } from "../domain/zone.ts";
import { AppError } from "../errors.ts";

/** @throws AppError `invalid` about `timeZone`, with the nearest name. */
export function parseZone(name: string): Zone {
  try {
    return getZone(name);
  } catch (error) {
    throw error instanceof ScheduleError ? new AppError("invalid", error.message, "timeZone") : error;
  }
}

/** @throws AppError `invalid` about `period`. */
export function parsePeriod(text: string): ReportPeriod {
  const period = REPORT_PERIODS.find((known) => known === text);
  if (period !== undefined) return period;
  throw new AppError(
    "invalid",
    `"${text.slice(0, 60)}" is no period; use one of ${REPORT_PERIODS.join(", ")}.`,
    "period",
  );
}
