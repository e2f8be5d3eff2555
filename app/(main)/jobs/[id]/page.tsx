import type { Metadata } from "next";
import Link from "next/link";
import { CAUSE_LABEL } from "../../../../components/base/status.ts";
import { StatusLabel } from "../../../../components/base/glyph.tsx";
import { Ago } from "../../../../components/base/moment.tsx";
import { Note } from "../../../../components/base/note.tsx";
import { Page, PageHeader } from "../../../../components/base/page.tsx";
import { Said } from "../../../../components/base/said.tsx";
import { visibleText } from "../../../../components/base/visible-text.ts";
import { DurationChart } from "../../../../components/job/duration-chart.tsx";
import { Figures } from "../../../../components/job/figures.tsx";
import { JobActions } from "../../../../components/job/job-actions.tsx";
import { JobFacts } from "../../../../components/job/job-facts.tsx";
import styles from "../../../../components/job/job.module.css";
import { JobSentence } from "../../../../components/job/job-sentence.tsx";
import { PingPanel } from "../../../../components/job/ping-panel.tsx";
import { RunPanel } from "../../../../components/job/run-panel.tsx";
import { LiveRefresh } from "../../../../components/shell/live-refresh.tsx";
import { listRuns } from "../../../../lib/services/runs.ts";
import { load } from "../../../failures.ts";
import { chartRuns, crontabOf, findLastPing, loadJob, sentenceFacts } from "../../../job-page-data.ts";
import { type Query, readNumber } from "../../../query.ts";
import { requireVisit } from "../../../request.ts";
import { pause, remove, resume } from "../actions.ts";

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
  const [latest, shown, lastPing] = await load(() =>
    Promise.all([
      listRuns(ctx, { jobId: id, limit: CHART_RUNS }),
      listRuns(ctx, {
        jobId: id,
        limit: PAGE_RUNS,
        ...(before === null ? {} : { before }),
        ...(onlyBad ? { outcomes: BAD } : {}),
      }),
      findLastPing(ctx, job),
    ]),
  );
  const month = job.figures.find((row) => row.period === "30d");

  return (
    <Page>
      <PageHeader
        crumbs={[{ label: "Jobs", href: "/jobs" }]}
        title={
          <span className={styles.title}>
            <Said text={job.name} />
            <StatusLabel status={job.status} pill />
          </span>
        }
        lead={<JobSentence facts={sentenceFacts(job, latest.runs)} />}
        actions={
          <>
            <LiveRefresh projectId={job.projectId} />
            <JobActions
              jobId={job.id}
              name={job.name}
              paused={job.pausedAt !== null}
              pause={pause}
              resume={resume}
              remove={remove}
            />
          </>
        }
      />
      {job.openIncident !== null && (
        <Note tone={job.openIncident.cause === "overlap" ? "late" : "down"}>
          <p>
            <b>{CAUSE_LABEL[job.openIncident.cause]}</b>, open for <Ago at={job.openIncident.openedAt} />.{" "}
            <Link href={`/incidents/${job.openIncident.id}`}>What happened and who was told</Link>
          </p>
        </Note>
      )}
      {job.nobodyTold !== null && (
        <Note tone="late">
          <p>
            {job.nobodyTold} <Link href="/channels">To the channels</Link>
          </p>
        </Note>
      )}
      {job.ambiguous && (
        <Note tone="unknown">
          <p>
            Two runs are open without a run id, so which end belongs to which is a guess. Send the same{" "}
            <code>?rid=$(uuidgen)</code> with a run’s start and end to tell them apart.
          </p>
        </Note>
      )}
      <div className={styles.columns}>
        <div className={styles.column}>
          <PingPanel pingUrl={job.pingUrl} schedule={crontabOf(job)} lastPing={lastPing} />
          <Figures figures={job.figures} />
          <DurationChart
            jobId={job.id}
            runs={chartRuns(latest.runs)}
            medianMs={month?.medianMs ?? null}
            p95Ms={month?.p95Ms ?? null}
          />
          <RunPanel
            jobId={job.id}
            timeZone={job.timeZone}
            runs={shown.runs}
            onlyBad={onlyBad}
            before={before}
            nextBefore={shown.nextBefore}
          />
        </div>
        <div className={styles.column}>
          <JobFacts {...job} paused={job.pausedAt !== null} />
        </div>
      </div>
    </Page>
  );
}
