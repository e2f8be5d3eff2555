import { type Millis, SECOND } from "../../lib/domain/time.ts";
import type { Spread } from "../../lib/domain/usual.ts";
import { lengthText } from "../base/ago.ts";

/** "4 min 10 s, 95 % within 6 min". */
export function durationWords({ median, p95 }: Pick<Spread, "median" | "p95">): string {
  return `${lengthText(median)}, ${mostWords(p95)}`;
}

/** "95 % within 6 min". */
export function mostWords(p95: Millis): string {
  return `95 % within ${lengthText(p95)}`;
}

/** "3.0 s late"; "on time"; "12 s early". */
export function latenessText(lateness: Millis): string {
  if (Math.abs(lateness) < SECOND) return "on time";
  return `${lengthText(Math.abs(lateness))} ${lateness < 0 ? "early" : "late"}`;
}

/** "4× usual", "0.2× usual". */
export function factorText(factor: number): string {
  if (factor >= 10) return `${Math.round(factor)}× usual`;
  return `${Number(factor.toPrecision(factor < 1 ? 1 : 2))}× usual`;
}

const WEEKDAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];

/** "Sundays", from 0 on. */
export function weekdayWord(weekday: number): string {
  return WEEKDAYS[weekday] ?? "";
}
