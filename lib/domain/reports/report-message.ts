import { blankMessage } from "../message-notice.ts";
import { clip } from "../message-text.ts";
import { VERDICT_LENGTH } from "../message-verdict.ts";
import type { AlertMessage, ReportInput } from "../message.ts";
import { reportContent } from "./report-content.ts";

/** A report as a message; mail lays out `report`, and whatever cannot has its first lines. */
export function composeReport(input: ReportInput): AlertMessage {
  const { alertId, event, at, baseUrl, maskPatterns = [], project, facts, graceLinks } = input;
  const report = reportContent({ baseUrl, project: project?.name ?? "Belfry", maskPatterns, facts, graceLinks });
  return {
    ...blankMessage({ alertId, event, at, project }),
    tone: facts.failed.total > 0 ? "warning" : "good",
    verdict: clip(report.title, VERDICT_LENGTH),
    why: report.lead,
    action: null,
    links: [{ label: "Jobs", url: `${baseUrl}/jobs` }],
    report,
  };
}
