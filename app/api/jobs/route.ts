import type { NextRequest } from "next/server";
import { LARGE_LIST } from "../../../components/jobs/job-view.ts";
import { listJobs } from "../../../lib/services/jobs.ts";
import { answerFailure } from "../../api-failures.ts";
import { jobView, jobViews } from "../../job-views.ts";
import { getCtx } from "../../request.ts";

/** The rows of a project's list, for screens that are open: all of them, or those of `ids` with their strips. */
export async function GET(request: NextRequest): Promise<Response> {
  const query = request.nextUrl.searchParams;
  const ids = query.get("ids");
  try {
    const ctx = await getCtx();
    const projectId = query.get("project") ?? "";
    const scope = ids === null ? { stripsUpTo: LARGE_LIST } : { jobIds: ids.split(",") };
    const { jobs, now } = await listJobs(ctx, { projectId, ...scope });
    const views = ids === null ? jobViews(jobs) : jobs.map((job) => jobView(job, true));
    return Response.json({ jobs: views, now }, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    return answerFailure(error);
  }
}
