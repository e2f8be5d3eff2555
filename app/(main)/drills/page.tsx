import type { Metadata } from "next";
import Link from "next/link";
import { Empty } from "../../../components/base/empty.tsx";
import { Moment, Until } from "../../../components/base/moment.tsx";
import { Note } from "../../../components/base/note.tsx";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { Panel } from "../../../components/base/panel.tsx";
import { Said } from "../../../components/base/said.tsx";
import { DrillResults } from "../../../components/drills/drill-results.tsx";
import { drillSummary, isUnderWay, RHYTHM_WORDS } from "../../../components/drills/drill-view.ts";
import styles from "../../../components/drills/drills.module.css";
import { RefreshWhile } from "../../../components/drills/refresh-while.tsx";
import { RhythmForm } from "../../../components/drills/rhythm-form.tsx";
import { StartDrill } from "../../../components/drills/start-drill.tsx";
import { LiveRefresh } from "../../../components/shell/live-refresh.tsx";
import { can } from "../../../lib/auth/rules.ts";
import { DRILL_PATIENCE_MS } from "../../../lib/domain/drill.ts";
import { fallbackSentence } from "../../../lib/domain/reports/report-content.ts";
import { listDrills } from "../../../lib/services/drills.ts";
import { load } from "../../failures.ts";
import { requireProject, requireVisit } from "../../request.ts";
import { drill, saveRhythm } from "./actions.ts";

export const metadata: Metadata = { title: "Fire drills" };

export default async function DrillsPage() {
  const { ctx } = await requireVisit();
  const project = await requireProject(ctx);
  const { every, nextAt, drills, fallback } = await load(() => listDrills(ctx, { projectId: project.id }));
  const now = ctx.clock.now();
  return (
    <Page>
      <PageHeader
        title="Fire drills"
        lead="Every channel gets a marked test: you see which arrive, and whether somebody saw them, before anything breaks."
        crumbs={[{ label: "Channels", href: "/channels" }]}
        actions={
          <>
            {can(project.role, "test-channels") && <StartDrill start={drill.bind(null, project.id)} />}
            <LiveRefresh projectId={project.id} />
          </>
        }
      />
      <RefreshWhile active={drills.some((one) => isUnderWay(one, now, DRILL_PATIENCE_MS))} />
      {fallback !== null && (
        <Note tone={fallback.length === 0 ? "down" : "late"}>
          <p>
            {fallbackSentence(fallback)} <Link href="/channels">Channels</Link>
          </p>
        </Note>
      )}
      <Panel title="How often">
        {can(project.role, "change-project") ? (
          <RhythmForm every={every} save={saveRhythm.bind(null, project.id)} />
        ) : (
          <p>{RHYTHM_WORDS[every]}.</p>
        )}
        {nextAt !== null && (
          <p className={styles.next}>
            The next is <Until at={nextAt} />: <Moment at={nextAt} />. Channels that it does not reach within 15 minutes
            are told of over the others.
          </p>
        )}
      </Panel>
      {drills.length === 0 ? (
        <Panel title="The latest">
          <Empty title="No drill yet">
            An alarm that nobody sees is none. Start a drill, and follow the link in its message where it arrives.
          </Empty>
        </Panel>
      ) : (
        drills.map((one) => (
          <Panel
            key={one.id}
            title={
              <>
                <Moment at={one.startedAt} />
                {one.requestedBy === null ? (
                  ", as planned"
                ) : (
                  <>
                    , started by <Said text={one.requestedBy} />
                  </>
                )}
              </>
            }
            note={one.results.length > 0 && drillSummary(one.results)}
            flush
          >
            <DrillResults drill={one} />
          </Panel>
        ))
      )}
    </Page>
  );
}
