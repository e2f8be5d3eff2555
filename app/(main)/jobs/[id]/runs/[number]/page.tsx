import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { OutcomeLabel } from "../../../../../../components/base/glyph.tsx";
import layout from "../../../../../../components/base/layout.module.css";
import { ZoneNote } from "../../../../../../components/base/moment.tsx";
import { Page, PageHeader } from "../../../../../../components/base/page.tsx";
import { Panel } from "../../../../../../components/base/panel.tsx";
import { Said } from "../../../../../../components/base/said.tsx";
import { visibleText } from "../../../../../../components/base/visible-text.ts";
import { AlertList } from "../../../../../../components/incidents/alert-list.tsx";
import { IncidentItems } from "../../../../../../components/incidents/incident-items.tsx";
import styles from "../../../../../../components/job/job.module.css";
import { OutputPane } from "../../../../../../components/runs/output-pane.tsx";
import { PingsTable } from "../../../../../../components/runs/pings-table.tsx";
import { RunStory } from "../../../../../../components/runs/run-story.tsx";
import { LiveRefresh } from "../../../../../../components/shell/live-refresh.tsx";
import { loadRun } from "../../../../../run-page-data.ts";
import { readNumber } from "../../../../../query.ts";

type Props = { params: Promise<{ id: string; number: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { id, number } = await params;
  const { job } = await loadRun(id, readNumber(number) ?? notFound());
  return { title: `#${number} · ${visibleText(job.name)}` };
}

export default async function RunPage({ params }: Props) {
  const { id, number: text } = await params;
  const number = readNumber(text) ?? notFound();
  const { job, run, usual, usualFactor, output, pings, incidents, alerts, previous, next } = await loadRun(id, number);
  const address = (other: number) => `/jobs/${job.id}/runs/${other}`;
  return (
    <Page>
      <PageHeader
        crumbs={[
          { label: "Jobs", href: "/jobs" },
          { label: <Said text={job.name} />, href: `/jobs/${job.id}` },
        ]}
        title={
          <span className={styles.title}>
            <span>Run #{run.number}</span>
            <OutcomeLabel outcome={run.outcome} pill />
          </span>
        }
        actions={
          <>
            {run.outcome === "running" && <LiveRefresh projectId={job.projectId} />}
            <nav className={layout.actions} aria-label="Neighbouring runs">
              {previous !== null && <Link href={address(previous)}>← #{previous}</Link>}
              {next !== null && <Link href={address(next)}>#{next} →</Link>}
            </nav>
          </>
        }
      />
      <Panel title="What happened" note={job.timeZone !== null && <ZoneNote jobZone={job.timeZone} />}>
        <RunStory run={run} job={job} usual={usual} usualFactor={usualFactor} />
      </Panel>
      {output !== null && <OutputPane {...output} downloadHref={`/api/jobs/${job.id}/runs/${run.number}/output`} />}
      {incidents.length > 0 && (
        <Panel title="Part of" flush>
          <IncidentItems incidents={incidents} withJob={false} />
        </Panel>
      )}
      {(alerts.length > 0 || incidents.length > 0) && (
        <AlertList alerts={alerts} none="Nobody was told about this run." />
      )}
      <PingsTable pings={pings} jobZone={job.timeZone} />
    </Page>
  );
}
