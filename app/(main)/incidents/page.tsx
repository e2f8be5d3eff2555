import type { Metadata } from "next";
import Link from "next/link";
import { Empty } from "../../../components/base/empty.tsx";
import layout from "../../../components/base/layout.module.css";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { Panel } from "../../../components/base/panel.tsx";
import table from "../../../components/base/table.module.css";
import { IncidentItems } from "../../../components/incidents/incident-items.tsx";
import { LiveRefresh } from "../../../components/shell/live-refresh.tsx";
import { listIncidents } from "../../../lib/services/incidents.ts";
import { load } from "../../failures.ts";
import { type Query, readText } from "../../query.ts";
import { requireProject, requireVisit } from "../../request.ts";

export const metadata: Metadata = { title: "Incidents" };

export default async function IncidentsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const { ctx } = await requireVisit();
  const project = await requireProject(ctx);
  const onlyOpen = query.state === "open";
  const before = readText(query.before);
  const { incidents, openCount, nextBefore } = await load(() =>
    listIncidents(ctx, {
      projectId: project.id,
      ...(onlyOpen ? { state: "open" } : {}),
      ...(before === null ? {} : { before }),
    }),
  );
  const address = (from: string) =>
    `/incidents?${new URLSearchParams({ ...(onlyOpen ? { state: "open" } : {}), before: from })}`;

  return (
    <Page>
      <PageHeader
        title="Incidents"
        lead={openCount === 0 ? "None is open." : openCount === 1 ? "One is open." : `${openCount} are open.`}
        actions={<LiveRefresh projectId={project.id} />}
      />
      {incidents.length === 0 ? (
        <div className={layout.panel}>
          <Empty title={onlyOpen ? "Nothing is wrong" : "No incidents yet"}>
            An incident opens when a run is missed, fails, takes too long, never ends or overlaps another, and closes by
            itself when the job is well again. Here you see why, since when, and who was told.
          </Empty>
        </div>
      ) : (
        <Panel
          title={onlyOpen ? "Open" : "Newest first"}
          flush
          note={
            <nav className={table.filters} aria-label="Which incidents">
              <Link href="/incidents" className={table.filter} aria-current={onlyOpen ? undefined : "true"}>
                All
              </Link>
              <Link href="/incidents?state=open" className={table.filter} aria-current={onlyOpen ? "true" : undefined}>
                Open
              </Link>
            </nav>
          }
        >
          <IncidentItems incidents={incidents} />
          {(before !== null || nextBefore !== null) && (
            <nav className={table.pager} aria-label="Pages of incidents">
              {before === null ? <span /> : <Link href="/incidents">Newest</Link>}
              {nextBefore !== null && <Link href={address(nextBefore)}>Older</Link>}
            </nav>
          )}
        </Panel>
      )}
    </Page>
  );
}
