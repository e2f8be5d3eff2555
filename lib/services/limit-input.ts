import { RECENT_RUNS } from "../domain/draft.ts";
import { parseDuration } from "../domain/duration.ts";
import type { Limits, OverlapPolicy, UnusualPolicy } from "../domain/job.ts";
import { DAY, type Millis, SECOND } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { parseAll } from "./input.ts";

/** What a run is held against, as it is typed: durations empty for "the default" or "none". */
export type LimitTexts = {
  grace: string;
  maxRuntime: string;
  minRuntime: string;
  jitter: string;
  failuresToOpen: number;
  /** Null: bad runs in a row. */
  failureWindow: number | null;
  successesToClose: number;
  overlap?: string;
  unusual?: string;
  tooOften?: string;
};

const LONGEST: Millis = 366 * DAY;
const MOST_IN_A_ROW = 100;

const LIMIT_NAMES = {
  grace: "grace time",
  maxRuntime: "longest run time",
  minRuntime: "shortest run time",
  jitter: "jitter",
} as const;

/** @throws AppError `invalid`: names every field that is wrong. */
export function parseLimits(form: LimitTexts): Limits {
  const { jitterMs, ...limits } = parseAll({
    graceMs: () => parseLimit(form.grace, { field: "grace", least: 0 }),
    maxRuntimeMs: () => parseLimit(form.maxRuntime, { field: "maxRuntime", least: SECOND }),
    minRuntimeMs: () => parseLimit(form.minRuntime, { field: "minRuntime", least: SECOND }),
    jitterMs: () => parseLimit(form.jitter, { field: "jitter", least: 0 }),
    failuresToOpen: () => parseCount(form.failuresToOpen, "failuresToOpen"),
    failureWindow: () => parseWindow(form),
    successesToClose: () => parseCount(form.successesToClose, "successesToClose"),
    overlap: () => parseOverlap(form.overlap),
    unusual: () => parseUnusual(form.unusual),
    tooOften: () => parseTooOften(form.tooOften),
  });
  return { ...limits, jitterMs: jitterMs ?? 0 };
}

function parseLimit(text: string, rule: { field: keyof typeof LIMIT_NAMES; least: Millis }): Millis | null {
  if (text.trim() === "") return null;
  const name = LIMIT_NAMES[rule.field];
  const ms = parseDuration(text.trim());
  if (ms === null) {
    throw new AppError(
      "invalid",
      `"${text.slice(0, 40)}" is no duration for the ${name}; write 90s, 5m, 2h or 1d.`,
      rule.field,
    );
  }
  if (ms < rule.least || ms > LONGEST) {
    throw new AppError("invalid", `The ${name} has to be between ${rule.least / SECOND} s and 366 days.`, rule.field);
  }
  return ms;
}

function parseCount(count: number, field: "failuresToOpen" | "successesToClose"): number {
  if (Number.isInteger(count) && count >= 1 && count <= MOST_IN_A_ROW) return count;
  throw new AppError("invalid", `Give a whole number from 1 to ${MOST_IN_A_ROW}.`, field);
}

/** The rules remember so many runs that more cannot be counted. */
function parseWindow({ failureWindow: count, failuresToOpen }: LimitTexts): number | null {
  if (count === null) return null;
  if (Number.isInteger(count) && count >= failuresToOpen && count <= RECENT_RUNS) return count;
  throw new AppError(
    "invalid",
    failuresToOpen > RECENT_RUNS
      ? `Only the last ${RECENT_RUNS} runs are looked back at: leave this empty for ${failuresToOpen} bad runs in a row.`
      : `Give a whole number from ${failuresToOpen} to ${RECENT_RUNS}, or leave it empty for bad runs in a row.`,
    "failureWindow",
  );
}

function parseOverlap(text = "alert"): OverlapPolicy {
  if (text === "alert" || text === "allow") return text;
  throw new AppError("invalid", `"${text}" is no rule for overlapping runs; use alert or allow.`, "overlap");
}

function parseUnusual(text = "ignore"): UnusualPolicy {
  if (text === "alert" || text === "ignore") return text;
  throw new AppError("invalid", `"${text}" is no rule for unusual runs; use alert or ignore.`, "unusual");
}

function parseTooOften(text = "alert"): UnusualPolicy {
  if (text === "alert" || text === "ignore") return text;
  throw new AppError("invalid", `"${text}" is no rule for runs that come too often; use alert or ignore.`, "tooOften");
}
