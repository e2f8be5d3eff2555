import type { Metadata } from "next";
import { StatusLabel } from "../../../../components/base/glyph.tsx";
import { EnvironmentBadge } from "../../../../components/base/environment-badge.tsx";
import { Page, PageHeader } from "../../../../components/base/page.tsx";
import { Said } from "../../../../components/base/said.tsx";
import { visibleText } from "../../../../components/base/visible-text.ts";
import { WindowNote } from "../../../../components/calendar/window-note.tsx";
import { CodePanel } from "../../../../components/job/code-panel.tsx";
import { DurationChart } from "../../../../components/job/duration-chart.tsx";
import { Figures } from "../../../../components/job/figures.tsx";
import { JobActions } from "../../../../components/job/job-actions.tsx";
import { JobFacts } from "../../../../components/job/job-facts.tsx";
import { JobLinks } from "../../../../components/job/job-links.tsx";
import styles from "../../../../components/job/job.module.css";
import { JobNotes } from "../../../../components/job/job-notes.tsx";
import { JobSentence } from "../../../../components/job/job-sentence.tsx";
import { LeftOutPanel } from "../../../../components/job/left-out-panel.tsx";
import { PingPanel } from "../../../../components/job/ping-panel.tsx";
import { PolicyFacts } from "../../../../components/job/policy-facts.tsx";
import { RunPanel } from "../../../../components/job/run-panel.tsx";
import { UsualPanel } from "../../../../components/job/usual-panel.tsx";
import { LiveRefresh } from "../../../../components/shell/live-refresh.tsx";
import { can } from "../../../../lib/auth/rules.ts";
import { listRuns } from "../../../../lib/services/runs.ts";
import { jobUsual } from "../../../../lib/services/usual.ts";
import { windowsOfJob } from "../../../../lib/services/windows.ts";
import { load } from "../../../failures.ts";
import { chartRuns, crontabOf, findLastPing, loadJob, runViews, sentenceFacts } from "../../../job-page-data.ts";
import { otherEnvironment } from "../../../job-views.ts";
import { type Query, readNumber } from "../../../query.ts";
import { findProjects, requireVisit } from "../../../request.ts";
import { adopt, pause, remove, resume } from "../actions.ts";

type Props = { params: Promise<{ id: string }>; searchParams: Promise<Query> };

const CHART_RUNS = 100;
const PAGE_RUNS = 30;
const BAD = ["failed", "missed", "overlong", "abandoned"] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: visibleText((await loadJob((await params).id)).name) };
}

export default async function JobPage({ params, searchParams }: Props) {
  const [{ id }, query] = await Promise.all([params, searchParams]);
  const { ctx } = await requireVisit();
  const onlyBad = query.runs === "bad";
  const before = readNumber(query.before);
  const job = await loadJob(id);
  const [latest, shown, lastPing, usual, windows] = await load(() =>
    Promise.all([
      listRuns(ctx, { jobId: id, limit: CHART_RUNS }),
      listRuns(ctx, {
        jobId: id,
        limit: PAGE_RUNS,
        ...(before === null ? {} : { before }),
        ...(onlyBad ? { outcomes: BAD } : {}),
      }),
      findLastPing(ctx, job),
      jobUsual(ctx, { jobId: id }),
      windowsOfJob(ctx, { jobId: id }),
    ]),
  );
  const { projects } = await load(() => findProjects(ctx));
  const role = projects.find((project) => project.id === job.projectId)?.role ?? "viewer";
  const environment = otherEnvironment(job.environment);
  const mayChange = can(role, "change-jobs");

  return (
    <Page>
      <PageHeader
        crumbs={[{ label: "Jobs", href: "/jobs" }]}
        title={
          <span className={styles.title}>
            <Said text={job.name} />
            {environment !== null && <EnvironmentBadge environment={environment} />}
            <StatusLabel status={job.status} pill />
          </span>
        }
        lead={<JobSentence facts={sentenceFacts(job, latest.runs)} />}
        actions={
          <>
            <LiveRefresh projectId={job.projectId} />
            {mayChange && (
              <JobActions
                jobId={job.id}
                name={job.name}
                paused={job.pausedAt !== null}
                pause={pause}
                resume={resume}
                remove={remove}
              />
            )}
          </>
        }
      />
      <WindowNote {...windows} />
      <JobNotes
        openIncidents={job.openIncidents}
        nobodyTold={job.nobodyTold}
        unstable={job.unstable}
        upstreamsDown={job.upstreams.filter(({ down }) => down)}
        neverRuns={job.reading.neverRuns}
        ambiguous={job.ambiguous}
        hostZone={usual.hostZone}
        editHref={mayChange ? `/jobs/${job.id}/edit` : null}
      />
      <div className={styles.columns}>
        <div className={styles.column}>
          <PingPanel
            pingUrl={job.pingUrl}
            mailAddress={job.mailAddress}
            schedule={crontabOf(job)}
            lastPing={lastPing}
          />
          <LeftOutPanel leftOut={job.leftOut} editHref={mayChange ? `/jobs/${job.id}/edit` : null} />
          <CodePanel jobId={job.id} followsCode={job.followsCode} adopt={mayChange ? adopt : null} />
          <Figures figures={job.figures} />
          <DurationChart jobId={job.id} runs={chartRuns(latest.runs)} usual={usual.duration} />
          <RunPanel
            jobId={job.id}
            timeZone={job.timeZone}
            runs={runViews(shown.runs, usual)}
            onlyBad={onlyBad}
            before={before}
            nextBefore={shown.nextBefore}
          />
        </div>
        <div className={styles.column}>
          <UsualPanel usual={usual} />
          <JobFacts {...job} paused={job.pausedAt !== null} />
          <JobLinks upstreams={job.upstreams} downstreams={job.downstreams} />
          <PolicyFacts policy={job.form.pingPolicy} />
        </div>
      </div>
    </Page>
  );
}
