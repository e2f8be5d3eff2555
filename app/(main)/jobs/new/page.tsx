import type { Metadata } from "next";
import { Page, PageHeader } from "../../../../components/base/page.tsx";
import { JobForm } from "../../../../components/jobs/job-form.tsx";
import { NEW_JOB } from "../../../../components/jobs/job-form-values.ts";
import { listZoneNames } from "../../../../lib/domain/zone.ts";
import { listSharedChannels } from "../../../../lib/services/channel-sharing.ts";
import { listChannels } from "../../../../lib/services/channels.ts";
import { DEFAULT_ENVIRONMENT } from "../../../../lib/services/job-input.ts";
import { listUpstreamChoices } from "../../../../lib/services/job-upstreams.ts";
import { listDialects } from "../../../../lib/services/schedule-preview.ts";
import { channelChoices } from "../../../channel-choices.ts";
import { load } from "../../../failures.ts";
import { requireProject, requireVisit } from "../../../request.ts";
import { preview, saveNewJob } from "../actions.ts";

export const metadata: Metadata = { title: "New job" };

export default async function NewJobPage() {
  const { ctx } = await requireVisit();
  const project = await requireProject(ctx);
  const [channels, shared, slugs] = await load(() =>
    Promise.all([
      listChannels(ctx, { projectId: project.id }),
      listSharedChannels(ctx, { projectId: project.id }),
      listUpstreamChoices(ctx, { projectId: project.id, jobId: null, environment: DEFAULT_ENVIRONMENT }),
    ]),
  );
  return (
    <Page width="narrow">
      <PageHeader title="New job" crumbs={[{ label: "Jobs", href: "/jobs" }]} />
      <JobForm
        initial={NEW_JOB}
        isNew
        channels={channelChoices(channels, shared)}
        slugs={slugs}
        zones={listZoneNames()}
        dialects={listDialects()}
        suggested={null}
        cancelHref="/jobs"
        save={saveNewJob.bind(null, project.id)}
        preview={preview}
      />
    </Page>
  );
}
