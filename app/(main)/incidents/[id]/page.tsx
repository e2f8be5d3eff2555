import type { Metadata } from "next";
import Link from "next/link";
import { cache } from "react";
import { lengthText } from "../../../../components/base/ago.ts";
import { Ago, ExactMoment } from "../../../../components/base/moment.tsx";
import { Page, PageHeader } from "../../../../components/base/page.tsx";
import { Said } from "../../../../components/base/said.tsx";
import { CAUSE_LABEL } from "../../../../components/base/status.ts";
import { visibleText } from "../../../../components/base/visible-text.ts";
import { AlertList } from "../../../../components/incidents/alert-list.tsx";
import { CauseLabel } from "../../../../components/incidents/incident-items.tsx";
import { Timeline } from "../../../../components/incidents/timeline.tsx";
import styles from "../../../../components/job/job.module.css";
import { LiveRefresh } from "../../../../components/shell/live-refresh.tsx";
import { getIncident, type IncidentPage as Incident } from "../../../../lib/services/incidents.ts";
import { load } from "../../../failures.ts";
import { requireVisit } from "../../../request.ts";

type Props = { params: Promise<{ id: string }> };

const loadIncident = cache(async (incidentId: string): Promise<Incident> => {
  const { ctx } = await requireVisit();
  return load(() => getIncident(ctx, { incidentId }));
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const incident = await loadIncident((await params).id);
  return { title: `${CAUSE_LABEL[incident.cause]} · ${visibleText(incident.jobName)}` };
}

export default async function IncidentPage({ params }: Props) {
  const incident = await loadIncident((await params).id);
  const { openedAt, resolvedAt } = incident;
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
            {incident.title} Opened <ExactMoment at={openedAt} />
            {resolvedAt === null ? (
              <>
                {" "}
                and open for <Ago at={openedAt} />.
              </>
            ) : (
              <> and resolved after {lengthText(resolvedAt - openedAt)}.</>
            )}
            {incident.missedCount > 1 && ` ${incident.missedCount} runs were missed.`}
          </>
        }
        actions={incident.state === "open" && <LiveRefresh projectId={incident.projectId} />}
      />
      <p>
        <Link href={`/jobs/${incident.jobId}`}>The job</Link> ·{" "}
        <Link href={`/jobs/${incident.jobId}/runs/${incident.runNumber}`}>The run that opened it</Link>
      </p>
      <Timeline jobId={incident.jobId} events={incident.timeline} />
      <AlertList alerts={incident.alerts} none="Nobody was told: no channel worked when it opened." />
    </Page>
  );
}
