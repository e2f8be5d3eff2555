import type { Metadata } from "next";
import { visibleText } from "../../../../../components/base/visible-text.ts";
import { Page, PageHeader } from "../../../../../components/base/page.tsx";
import { Said } from "../../../../../components/base/said.tsx";
import { JobForm } from "../../../../../components/jobs/job-form.tsx";
import { listZoneNames } from "../../../../../lib/domain/zone.ts";
import { listSharedChannels } from "../../../../../lib/services/channel-sharing.ts";
import { listChannels } from "../../../../../lib/services/channels.ts";
import { listUpstreamChoices } from "../../../../../lib/services/job-upstreams.ts";
import { listDialects } from "../../../../../lib/services/schedule-preview.ts";
import { getJob } from "../../../../../lib/services/jobs.ts";
import { jobUsual } from "../../../../../lib/services/usual.ts";
import { channelChoices } from "../../../../channel-choices.ts";
import { load } from "../../../../failures.ts";
import { parseJobForm } from "../../../../job-form-input.ts";
import { requireVisit } from "../../../../request.ts";
import { preview, saveJob } from "../../actions.ts";

type Props = { params: Promise<{ id: string }> };

export const metadata: Metadata = { title: "Edit job" };

export default async function EditJobPage({ params }: Props) {
  const { id } = await params;
  const { ctx } = await requireVisit();
  const job = await load(() => getJob(ctx, { jobId: id }));
  const { projectId, environment } = job;
  const [channels, shared, usual, slugs] = await load(() =>
    Promise.all([
      listChannels(ctx, { projectId }),
      listSharedChannels(ctx, { projectId }),
      jobUsual(ctx, { jobId: id }),
      listUpstreamChoices(ctx, { projectId, jobId: id, environment }),
    ]),
  );
  const zones = listZoneNames();
  return (
    <Page width="narrow">
      <PageHeader
        title={`Edit ${visibleText(job.name)}`}
        crumbs={[
          { label: "Jobs", href: "/jobs" },
          { label: <Said text={job.name} />, href: `/jobs/${id}` },
        ]}
      />
      <JobForm
        initial={parseJobForm(job.form)}
        isNew={false}
        channels={channelChoices(channels, shared)}
        slugs={slugs}
        zones={zones.includes(job.form.timeZone) ? zones : [job.form.timeZone, ...zones]}
        dialects={listDialects()}
        suggested={{ ...usual.suggested, runs: usual.runs }}
        cancelHref={`/jobs/${id}`}
        save={saveJob.bind(null, id)}
        preview={preview}
      />
    </Page>
  );
}
