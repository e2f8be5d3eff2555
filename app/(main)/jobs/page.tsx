import { Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { LinkButton } from "../../../components/base/link-button.tsx";
import { Note } from "../../../components/base/note.tsx";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { FirstJob } from "../../../components/jobs/first-job.tsx";
import { byAttention, ranksOf } from "../../../components/jobs/filter.ts";
import { LARGE_LIST } from "../../../components/jobs/job-view.ts";
import { JobsScreen } from "../../../components/jobs/jobs-screen.tsx";
import { UnmatchedHint } from "../../../components/unmatched/unmatched-hint.tsx";
import { can } from "../../../lib/auth/rules.ts";
import { listJobs } from "../../../lib/services/jobs.ts";
import { projectSnippets } from "../../../lib/services/projects.ts";
import { countRecentUnmatched } from "../../../lib/services/unmatched.ts";
import { load } from "../../failures.ts";
import { jobViews } from "../../job-views.ts";
import { requireProject, requireVisit } from "../../request.ts";

export const metadata: Metadata = { title: "Jobs" };

export default async function JobsPage() {
  const { ctx } = await requireVisit();
  const project = await requireProject(ctx);
  const [{ jobs, now }, mistakes] = await load(() =>
    Promise.all([
      listJobs(ctx, { projectId: project.id, stripsUpTo: LARGE_LIST }),
      countRecentUnmatched(ctx, { projectId: project.id }),
    ]),
  );
  const mayChange = can(project.role, "change-jobs");

  if (jobs.length === 0) {
    const snippets = mayChange ? await load(() => projectSnippets(ctx, { projectId: project.id })) : null;
    return (
      <FirstJob projectId={project.id} pingBase={snippets?.pingBase ?? null}>
        <UnmatchedHint mistakes={mistakes} />
      </FirstJob>
    );
  }
  const views = jobViews(jobs);
  return (
    <Page width="wide">
      <PageHeader
        title="Jobs"
        actions={
          mayChange && (
            <LinkButton href="/jobs/new" leftSection={<Plus size={15} aria-hidden />}>
              New job
            </LinkButton>
          )
        }
      />
      {jobs.every((job) => job.channelCount === 0) && (
        <Note tone="late">
          <p>
            <b>Nobody would be told.</b> No channel works in this project yet, so Belfry would ring in an empty room.{" "}
            <Link href="/channels">Add a channel</Link>
          </p>
        </Note>
      )}
      <UnmatchedHint mistakes={mistakes} />
      <JobsScreen projectId={project.id} jobs={byAttention(views, ranksOf(views, now))} />
    </Page>
  );
}
