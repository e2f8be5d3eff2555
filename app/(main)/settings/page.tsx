import type { Metadata } from "next";
import Link from "next/link";
import { counted } from "../../../components/base/counted.ts";
import { CopyLine } from "../../../components/base/copy-line.tsx";
import { Note } from "../../../components/base/note.tsx";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { Panel } from "../../../components/base/panel.tsx";
import { Said } from "../../../components/base/said.tsx";
import styles from "../../../components/job/job.module.css";
import { creatingLines } from "../../../components/job/ping-lines.ts";
import { PingTabs } from "../../../components/job/ping-tabs.tsx";
import { ReportForm } from "../../../components/reports/report-form.tsx";
import { SentryPanel } from "../../../components/settings/sentry-panel.tsx";
import { ProjectSettingsForm } from "../../../components/settings/project-settings-form.tsx";
import settings from "../../../components/settings/settings.module.css";
import { LiveRefresh } from "../../../components/shell/live-refresh.tsx";
import { UNMATCHED_ID } from "../../../components/unmatched/unmatched-hint.tsx";
import { UnmatchedTable } from "../../../components/unmatched/unmatched-table.tsx";
import { formatDuration } from "../../../lib/domain/duration.ts";
import { can } from "../../../lib/auth/rules.ts";
import { listMaskPatterns } from "../../../lib/services/project-settings.ts";
import { getProject, projectSnippets } from "../../../lib/services/projects.ts";
import { listReports } from "../../../lib/services/reports.ts";
import { listUnmatchedPings } from "../../../lib/services/unmatched.ts";
import { load } from "../../failures.ts";
import { requireProject, requireVisit } from "../../request.ts";
import { dismiss, makeJob } from "../unmatched-actions.ts";
import { saveReportChoice } from "../reports/actions.ts";
import { saveProject } from "./actions.ts";

export const metadata: Metadata = { title: "Project" };

export default async function SettingsPage() {
  const { ctx } = await requireVisit();
  const { id, role } = await requireProject(ctx);
  const [project, unmatched, snippets, masks, reports] = await load(() =>
    Promise.all([
      getProject(ctx, { projectId: id }),
      listUnmatchedPings(ctx, { projectId: id }),
      can(role, "see-ping-key") ? projectSnippets(ctx, { projectId: id }) : null,
      can(role, "change-project") ? listMaskPatterns(ctx, { projectId: id }) : null,
      listReports(ctx, { projectId: id }),
    ]),
  );
  return (
    <Page>
      <PageHeader
        title={<Said text={project.name} />}
        lead={`${counted(project.jobCount, "job")}, ${counted(project.channelCount, "channel")}.`}
        actions={<LiveRefresh projectId={id} />}
      />
      <Panel title="The project">
        <dl className={styles.facts}>
          <dt>Id</dt>
          <dd>
            <code>{project.id}</code>
          </dd>
          <dt>Your role</dt>
          <dd>{role}</dd>
          <dt>Runs are kept for</dt>
          <dd>
            {counted(project.keepDays, "day")}
            {project.keepRuns !== null && `, of each job the latest ${project.keepRuns.toLocaleString("en")}`}
          </dd>
        </dl>
      </Panel>
      <div id={UNMATCHED_ID}>
        <UnmatchedTable
          pings={unmatched}
          note="One row a mistake, the latest first"
          none="None. A ping with a key of this project that names no job of it would show here, with what to do about it."
          settle={
            can(role, "change-jobs") ? { makeJob: makeJob.bind(null, id), dismiss: dismiss.bind(null, id) } : undefined
          }
        />
      </div>
      {snippets === null ? (
        <Note tone="quiet">
          <p>Your role here is {role}: the keys are for members.</p>
        </Note>
      ) : snippets.pingKey === null || snippets.pingBase === null ? (
        <Note tone="late">
          <p>
            This project has no ping key any more. Make one: <code>npm run -s admin -- create-key --scope ping</code>
          </p>
        </Note>
      ) : (
        <Panel title="Ping key" note="Whoever has it can ping and make jobs here">
          <div className={settings.stack}>
            <CopyLine text={snippets.pingKey} label="Ping key" />
            <p>
              With <code>?create=1</code> a first ping makes its own job. Change <code>my-job</code> into a name of
              yours:
            </p>
            <PingTabs lines={creatingLines(snippets.pingBase, "my-job")} />
          </div>
        </Panel>
      )}
      {snippets !== null && <SentryPanel dsn={snippets.dsn} />}
      <Panel title="Reports" note={<Link href="/reports">See the last one</Link>}>
        <ReportForm {...reports} save={saveReportChoice.bind(null, id)} />
      </Panel>
      {masks !== null && (
        <Panel title="Name, and what is kept and told">
          <ProjectSettingsForm
            values={{
              name: project.name,
              keepDays: String(project.keepDays),
              keepRuns: project.keepRuns === null ? "" : String(project.keepRuns),
              remindAfter: project.remindAfterMs === null ? "" : formatDuration(project.remindAfterMs),
              mask: masks.join("\n"),
            }}
            save={saveProject.bind(null, id)}
          />
        </Panel>
      )}
    </Page>
  );
}
