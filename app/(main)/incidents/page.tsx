import type { Metadata } from "next";
import Link from "next/link";
import { Empty } from "../../../components/base/empty.tsx";
import layout from "../../../components/base/layout.module.css";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { Panel } from "../../../components/base/panel.tsx";
import table from "../../../components/base/table.module.css";
import { IncidentBoard } from "../../../components/incidents/incident-board.tsx";
import { LiveRefresh } from "../../../components/shell/live-refresh.tsx";
import { listIncidents } from "../../../lib/services/incidents.ts";
import { handleIncidents } from "./actions.ts";
import { load } from "../../failures.ts";
import { type Query, readText } from "../../query.ts";
import { requireProject, requireVisit } from "../../request.ts";

export const metadata: Metadata = { title: "Incidents" };

const STATES = ["open", "waiting"] as const;

type State = (typeof STATES)[number];

const TITLES: Readonly<Record<State | "all", { some: string; none: string }>> = {
  all: { some: "What is open, then the newest", none: "No incidents yet" },
  open: { some: "Open", none: "Nothing is wrong" },
  waiting: { some: "Nobody takes care of these", none: "Nothing waits for anybody" },
};

export default async function IncidentsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const { ctx } = await requireVisit();
  const project = await requireProject(ctx);
  const state = STATES.find((known) => known === query.state);
  const before = readText(query.before);
  const { incidents, openCount, waitingCount, mayHandle, nextBefore } = await load(() =>
    listIncidents(ctx, {
      projectId: project.id,
      ...(state === undefined ? {} : { state }),
      ...(before === null ? {} : { before }),
    }),
  );
  const first = state === undefined ? "/incidents" : `/incidents?state=${state}`;
  const address = (from: string) =>
    `/incidents?${new URLSearchParams({ ...(state === undefined ? {} : { state }), before: from })}`;

  return (
    <Page>
      <PageHeader
        title="Incidents"
        lead={leadOf(openCount, waitingCount)}
        actions={<LiveRefresh projectId={project.id} />}
      />
      {incidents.length === 0 ? (
        <div className={layout.panel}>
          <Empty title={TITLES[state ?? "all"].none}>
            An incident opens when a run is missed, fails, takes too long, never ends or overlaps another, and closes by
            itself when the job is well again. Here you see why, since when, and who was told.
          </Empty>
        </div>
      ) : (
        <Panel
          title={state === undefined && openCount === 0 ? "Newest first" : TITLES[state ?? "all"].some}
          flush
          note={
            <nav className={table.filters} aria-label="Which incidents">
              <Filter label="All" state={undefined} chosen={state} />
              <Filter label="Open" state="open" chosen={state} />
              <Filter label="Nobody on it" state="waiting" chosen={state} />
            </nav>
          }
        >
          <IncidentBoard incidents={incidents} handle={mayHandle ? handleIncidents : undefined} />
          {(before !== null || nextBefore !== null) && (
            <nav className={table.pager} aria-label="Pages of incidents">
              {before === null ? <span /> : <Link href={first}>First page</Link>}
              {nextBefore !== null && <Link href={address(nextBefore)}>More</Link>}
            </nav>
          )}
        </Panel>
      )}
    </Page>
  );
}

function Filter({ label, state, chosen }: { label: string; state: State | undefined; chosen: State | undefined }) {
  const href = state === undefined ? "/incidents" : `/incidents?state=${state}`;
  return (
    <Link href={href} className={table.filter} aria-current={state === chosen ? "true" : undefined}>
      {label}
    </Link>
  );
}

function leadOf(open: number, waiting: number): string {
  if (open === 0) return "None is open.";
  const first = open === 1 ? "One is open" : `${open} are open`;
  if (waiting === 0) return `${first}, and somebody takes care of ${open === 1 ? "it" : "each"}.`;
  if (waiting === open) return `${first}, and nobody takes care of ${open === 1 ? "it" : "them"} yet.`;
  return `${first}; of ${waiting} nobody takes care yet.`;
}
