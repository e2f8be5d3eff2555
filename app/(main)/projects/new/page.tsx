import type { Metadata } from "next";
import { Page, PageHeader } from "../../../../components/base/page.tsx";
import { Panel } from "../../../../components/base/panel.tsx";
import { ProjectForm } from "../../../../components/settings/project-form.tsx";
import { requireVisit } from "../../../request.ts";
import { makeProject } from "../../actions.ts";

export const metadata: Metadata = { title: "New project" };

export default async function NewProjectPage() {
  await requireVisit();
  return (
    <Page width="narrow">
      <PageHeader
        title="New project"
        lead="A project has its own jobs, channels, people and keys. Nobody sees into one that they are not a member of."
      />
      <Panel title="What it is called">
        <ProjectForm save={makeProject} />
      </Panel>
    </Page>
  );
}
