import { parseDuration } from "../domain/duration.ts";
import { DAY, type Millis, MINUTE } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { type ProjectRecord, updateProjectRecord } from "../store/projects.ts";
import { requireProject } from "./access.ts";
import type { Ctx } from "./context.ts";
import { parseAll, parseName } from "./input.ts";
import { parseMaskPatterns } from "./mask-input.ts";

/** Numbers as they are or as a person wrote them. */
export type ProjectSettings = {
  name?: string;
  /** How long runs, pings and closed incidents are kept: 1 to 3650 days. */
  keepDays?: number | string;
  /** How many runs of each job are kept, with their pings: 10 to 1,000,000; null or an empty text: as many as there are. */
  keepRuns?: number | string | null;
  /** Texts that are masked in messages, one to a line, `*` for the rest of a word; at most 30. */
  mask?: string;
  /** When people are first reminded of an incident that is open, such as `4h`, 5 min to 30 d; an empty text: never. */
  remindAfter?: string;
};

type Stored = Pick<ProjectRecord, "id" | "name" | "keepDays" | "keepRuns" | "maskPatterns" | "remindAfterMs">;

type Bounds = { least: number; most: number; unit: string };

const DAYS: Bounds = { least: 1, most: 3650, unit: "days" };
const RUNS: Bounds = { least: 10, most: 1_000_000, unit: "runs" };

/** Changes what is given and leaves the rest. What is not to be kept any longer goes within the hour. @throws AppError `invalid`. */
export async function updateProject(ctx: Ctx, input: { projectId: string } & ProjectSettings): Promise<Stored> {
  const before = await requireProject(ctx, input.projectId, "change-project");
  const { name = before.name, keepDays = before.keepDays, keepRuns = before.keepRuns } = input;
  const { mask, remindAfter } = input;
  const settings = parseAll<Omit<Stored, "id">>({
    name: () => parseName(name, "name"),
    keepDays: () => parseWhole(keepDays, "keepDays", DAYS),
    keepRuns: () => (keepRuns === null || keepRuns === "" ? null : parseWhole(keepRuns, "keepRuns", RUNS)),
    maskPatterns: () => (mask === undefined ? before.maskPatterns : parseMaskPatterns(mask, "mask")),
    remindAfterMs: () => (remindAfter === undefined ? before.remindAfterMs : parseReminder(remindAfter)),
  });
  await updateProjectRecord(ctx.database.pool, { id: before.id, ...settings });
  return { id: before.id, ...settings };
}

function parseReminder(text: string): Millis | null {
  if (text.trim() === "") return null;
  const ms = parseDuration(text);
  if (ms !== null && ms >= 5 * MINUTE && ms <= 30 * DAY) return ms;
  throw new AppError("invalid", "Write a length of time from 5 min to 30 d, such as 4h, or nothing.", "remindAfter");
}

/** What is masked in this project's messages: for who may change it, as it says something about secrets. */
export async function listMaskPatterns(ctx: Ctx, input: { projectId: string }): Promise<string[]> {
  const { maskPatterns } = await requireProject(ctx, input.projectId, "change-project");
  return maskPatterns;
}

function parseWhole(given: number | string, field: string, { least, most, unit }: Bounds): number {
  const value = typeof given === "number" ? given : Number(/^\s*\d{1,9}\s*$/.exec(given)?.[0] ?? Number.NaN);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const range = `${least.toLocaleString("en")} to ${most.toLocaleString("en")}`;
  throw new AppError("invalid", `Write a whole number of ${unit}, ${range}.`, field);
}
