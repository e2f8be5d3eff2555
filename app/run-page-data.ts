import { cache } from "react";
import { getRun, type RunPage } from "../lib/services/runs.ts";
import { load } from "./failures.ts";
import { requireVisit } from "./request.ts";

/** A run for its page and its title, asked for once a request. */
export const loadRun = cache(async (jobId: string, number: number): Promise<RunPage> => {
  const { ctx } = await requireVisit();
  return load(() => getRun(ctx, { jobId, number }));
});
