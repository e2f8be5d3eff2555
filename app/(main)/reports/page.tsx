import type { Metadata } from "next";
import { cookies } from "next/headers";
import { LinkButton } from "../../../components/base/link-button.tsx";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { Panel } from "../../../components/base/panel.tsx";
import { ZONE_COOKIE } from "../../../components/base/zone-cookie.ts";
import { knownZone } from "../../../components/base/zoned.ts";
import { ReportForm } from "../../../components/reports/report-form.tsx";
import { ReportView } from "../../../components/reports/report-view.tsx";
import styles from "../../../components/reports/reports.module.css";
import { REPORT_PERIODS } from "../../../lib/domain/reports/report-period.ts";
import { listReports, previewReport } from "../../../lib/services/reports.ts";
import { load } from "../../failures.ts";
import { requireProject, requireVisit } from "../../request.ts";
import { saveReportChoice } from "./actions.ts";

export const metadata: Metadata = { title: "Reports" };

const TABS = { day: "Yesterday", week: "Last week", month: "Last month" } as const;

type Props = { searchParams: Promise<{ period?: string | string[] }> };

export default async function ReportsPage({ searchParams }: Props) {
  const { ctx } = await requireVisit();
  const project = await requireProject(ctx);
  const { period: asked } = await searchParams;
  const period = REPORT_PERIODS.find((known) => known === asked) ?? "week";
  const timeZone = knownZone((await cookies()).get(ZONE_COOKIE)?.value ?? "UTC");
  const [{ content }, { subscriptions, unavailable }] = await load(() =>
    Promise.all([
      previewReport(ctx, { projectId: project.id, period, timeZone }),
      listReports(ctx, { projectId: project.id }),
    ]),
  );
  return (
    <Page>
      <PageHeader
        title="Reports"
        lead="How the jobs of this project fared, as its mail tells it."
        crumbs={[{ label: "Project", href: "/settings" }]}
        actions={
          <nav aria-label="Period" className={styles.tabs}>
            {REPORT_PERIODS.map((one) => (
              <LinkButton
                key={one}
                href={`/reports?period=${one}`}
                variant={one === period ? "filled" : "default"}
                size="xs"
                aria-current={one === period ? "page" : undefined}
              >
                {TABS[one]}
              </LinkButton>
            ))}
          </nav>
        }
      />
      <ReportView content={content} baseUrl={ctx.config.baseUrl} />
      <Panel title="By mail">
        <ReportForm
          subscriptions={subscriptions}
          unavailable={unavailable}
          save={saveReportChoice.bind(null, project.id)}
        />
      </Panel>
    </Page>
  );
}
