import type { Metadata } from "next";
import Link from "next/link";
import { cache } from "react";
import { lengthText } from "../../../../components/base/ago.ts";
import { Ago, ExactMoment } from "../../../../components/base/moment.tsx";
import { Page, PageHeader } from "../../../../components/base/page.tsx";
import { Panel } from "../../../../components/base/panel.tsx";
import { Said } from "../../../../components/base/said.tsx";
import { CAUSE_LABEL, RESOLVE_VERB } from "../../../../components/base/status.ts";
import { visibleText } from "../../../../components/base/visible-text.ts";
import { WindowNote } from "../../../../components/calendar/window-note.tsx";
import { AlertList } from "../../../../components/incidents/alert-list.tsx";
import care from "../../../../components/incidents/care.module.css";
import { CareLine } from "../../../../components/incidents/care-line.tsx";
import { holdingOf } from "../../../../components/incidents/holding.ts";
import { IncidentButtons } from "../../../../components/incidents/incident-buttons.tsx";
import { CauseLabel } from "../../../../components/incidents/incident-items.tsx";
import { NoteForm } from "../../../../components/incidents/note-form.tsx";
import { OutagePanel } from "../../../../components/incidents/outage-panel.tsx";
import { whyOf } from "../../../../components/incidents/why.ts";
import { OutputTail } from "../../../../components/runs/output-tail.tsx";
import { RunSaid } from "../../../../components/runs/run-said.tsx";
import { RunStory } from "../../../../components/runs/run-story.tsx";
import { Timeline } from "../../../../components/incidents/timeline.tsx";
import styles from "../../../../components/job/job.module.css";
import { LiveRefresh } from "../../../../components/shell/live-refresh.tsx";
import type { OutputExcerpt } from "../../../../lib/domain/message-output.ts";
import { AppError } from "../../../../lib/errors.ts";
import { getIncident, type IncidentPage as Incident } from "../../../../lib/services/incidents.ts";
import { getRun, getRunExcerpt, getRunSaid, type RunPage } from "../../../../lib/services/runs.ts";
import { type JobWindows, windowsOfJob } from "../../../../lib/services/windows.ts";
import { load } from "../../../failures.ts";
import { requireVisit } from "../../../request.ts";
import { addNote, handleIncidents, handleOutage } from "../actions.ts";

type Props = { params: Promise<{ id: string }> };

const loadIncident = cache(async (incidentId: string): Promise<Incident> => {
  const { ctx } = await requireVisit();
  return load(() => getIncident(ctx, { incidentId }));
});

type Opening = RunPage & { excerpt: OutputExcerpt | null; said: string | null };

/** Null where the run is not kept any more, or its verdict was withdrawn. */
async function findOpeningRun({ jobId, runNumber }: Incident): Promise<Opening | null> {
  const { ctx } = await requireVisit();
  const asked = { jobId, number: runNumber };
  return load(async () => {
    try {
      const [page, excerpt, said] = await Promise.all([
        getRun(ctx, asked),
        getRunExcerpt(ctx, asked),
        getRunSaid(ctx, asked),
      ]);
      return { ...page, excerpt, said };
    } catch (error) {
      if (error instanceof AppError && error.code === "not-found") return null;
      throw error;
    }
  });
}

/** The window that it opened in; null where it opened in none. */
async function findOpeningWindow({ jobId, openedAt }: Incident): Promise<JobWindows["current"]> {
  const { ctx } = await requireVisit();
  return load(async () => (await windowsOfJob(ctx, { jobId, at: openedAt })).current);
}

function runAddress({ jobId, runNumber }: Incident): string {
  return `/jobs/${jobId}/runs/${runNumber}`;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const incident = await loadIncident((await params).id);
  return { title: `${CAUSE_LABEL[incident.cause]} · ${visibleText(incident.jobName)}` };
}

export default async function IncidentPage({ params }: Props) {
  const incident = await loadIncident((await params).id);
  const { openedAt, resolvedAt } = incident;
  const [opening, window] = await Promise.all([findOpeningRun(incident), findOpeningWindow(incident)]);
  const holding = holdingOf(incident.alerts, window);
  return (
    <Page>
      <PageHeader
        crumbs={[
          { label: "Incidents", href: "/incidents" },
          { label: <Said text={incident.jobName} />, href: `/jobs/${incident.jobId}` },
        ]}
        title={
          <span className={styles.title}>
            <Said text={incident.jobName} />
            <CauseLabel cause={incident.cause} open={incident.state === "open"} />
          </span>
        }
        lead={
          <>
            {whyOf(incident)}. Opened <ExactMoment at={openedAt} />
            {resolvedAt === null ? (
              <>
                , open for <Ago at={openedAt} />.
              </>
            ) : (
              `, ${RESOLVE_VERB[incident.resolveReason ?? "recovered"]} after ${lengthText(resolvedAt - openedAt)}.`
            )}
            {incident.resolveReason === "withdrawn" &&
              " A ping that arrived late showed that the verdict was wrong: nothing was amiss."}
            {incident.missedCount > 1 && ` ${incident.missedCount} runs were missed.`}
            {incident.state === "open" && (
              <span className={care.under}>
                <CareLine care={incident} long />
              </span>
            )}
          </>
        }
        actions={
          incident.state === "open" && (
            <>
              <LiveRefresh projectId={incident.projectId} />
              {incident.mayHandle && <IncidentButtons incident={incident} handle={handleIncidents} />}
            </>
          )
        }
      />
      {holding?.state === "holds" && <WindowNote current={{ name: holding.window, until: holding.at }} opening />}
      {incident.outage !== null && incident.outage.total > 1 && (
        <OutagePanel
          outage={incident.outage}
          shownWaits={incident.state === "open" && incident.acknowledgedAt === null}
          handle={incident.mayHandle ? handleOutage : undefined}
        />
      )}
      {opening !== null && (
        <Panel title="The run that opened it" note={<Link href={runAddress(incident)}>Run #{opening.run.number}</Link>}>
          <RunStory {...opening} />
          {opening.said !== null && <RunSaid text={opening.said} />}
          {opening.excerpt !== null && <OutputTail excerpt={opening.excerpt} href={`${runAddress(incident)}#output`} />}
        </Panel>
      )}
      <Timeline jobId={incident.jobId} events={incident.timeline} holding={holding}>
        {incident.mayHandle && <NoteForm addNote={addNote.bind(null, incident.id)} />}
      </Timeline>
      <AlertList alerts={incident.alerts} none="Nobody was told." />
    </Page>
  );
}
