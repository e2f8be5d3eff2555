import { AppError } from "../errors.ts";
import { updateProjectRecord } from "../store/projects.ts";
import { requireProject } from "./access.ts";
import type { Ctx } from "./context.ts";
import { parseAll, parseName } from "./input.ts";

/** Numbers as they are or as a person wrote them. */
export type ProjectSettings = {
  name?: string;
  /** How long runs, pings and closed incidents are kept: 1 to 3650 days. */
  keepDays?: number | string;
  /** How many runs of each job are kept, with their pings: 10 to 1,000,000; null or an empty text: as many as there are. */
  keepRuns?: number | string | null;
};

type Bounds = { least: number; most: number; unit: string };

const DAYS: Bounds = { least: 1, most: 3650, unit: "days" };
const RUNS: Bounds = { least: 10, most: 1_000_000, unit: "runs" };

/** Changes what is given and leaves the rest. What is not to be kept any longer goes within the hour. @throws AppError `invalid`. */
export async function updateProject(
  ctx: Ctx,
  input: { projectId: string } & ProjectSettings,
): Promise<{ id: string; name: string; keepDays: number; keepRuns: number | null }> {
  const before = await requireProject(ctx, input.projectId, "change-project");
  const { name = before.name, keepDays = before.keepDays, keepRuns = before.keepRuns } = input;
  const settings = parseAll<Pick<typeof before, "name" | "keepDays" | "keepRuns">>({
    name: () => parseName(name, "name"),
    keepDays: () => parseWhole(keepDays, "keepDays", DAYS),
    keepRuns: () => (keepRuns === null || keepRuns === "" ? null : parseWhole(keepRuns, "keepRuns", RUNS)),
  });
  await updateProjectRecord(ctx.database.pool, { id: before.id, ...settings });
  return { id: before.id, ...settings };
}

function parseWhole(given: number | string, field: string, { least, most, unit }: Bounds): number {
  const value = typeof given === "number" ? given : Number(/^\s*\d{1,9}\s*$/.exec(given)?.[0] ?? Number.NaN);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const range = `${least.toLocaleString("en")} to ${most.toLocaleString("en")}`;
  throw new AppError("invalid", `Write a whole number of ${unit}, ${range}.`, field);
}
