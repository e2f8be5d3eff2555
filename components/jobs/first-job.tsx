"use client";

import { Button } from "@mantine/core";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Glyph } from "../base/glyph.tsx";
import { Page, PageHeader } from "../base/page.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import { Listening } from "../job/listening.tsx";
import job from "../job/job.module.css";
import { creatingLines } from "../job/ping-lines.ts";
import { PingTabs } from "../job/ping-tabs.tsx";
import { useLive } from "../shell/use-live.ts";
import styles from "./jobs.module.css";
import type { JobView } from "./job-view.ts";

type Props = { projectId: string; pingBase: string | null; children?: ReactNode };

/** The page of a project without jobs: it listens already, and a first ping makes its own job. */
export function FirstJob({ projectId, pingBase, children }: Props) {
  const [made, setMade] = useState<JobView | null>(null);
  const router = useRouter();
  const live = useLive(projectId, () => {
    void findFirstJob(projectId).then((found) => setMade((before) => before ?? found));
  });

  return (
    <Page width="narrow">
      <PageHeader
        title="Your first job"
        lead="Belfry rings when a job does not come, fails, hangs or overlaps itself."
      />
      {children}
      {pingBase !== null && (
        <Panel
          title="The quick way"
          note={
            made === null ? (
              <span data-live={live}>
                <Listening lastPing={null} />
              </span>
            ) : undefined
          }
        >
          {made === null ? (
            <>
              <p className={styles.teach}>
                Paste one of these where the job runs. Its first ping makes a job called <code>my-first-job</code>,
                because of <code>create=1</code>:
              </p>
              <PingTabs lines={creatingLines(pingBase, "my-first-job")} />
            </>
          ) : (
            <Received made={made} onList={() => router.refresh()} />
          )}
        </Panel>
      )}
      <Panel title="The careful way">
        <p className={styles.teach}>
          Say what it is and when it runs; the page shows the next five runs as you type, and then the line for your
          crontab.
        </p>
        <Button component={Link} href="/jobs/new" variant={pingBase === null ? "filled" : "default"}>
          New job
        </Button>
      </Panel>
    </Page>
  );
}

function Received({ made, onList }: { made: JobView; onList: () => void }) {
  return (
    <div role="status">
      <p className={job.listening}>
        <Glyph shape="ok" tone="ok" />
        <span>
          Received:{" "}
          <b>
            <Said text={made.name} />
          </b>{" "}
          is a job now.
        </span>
      </p>
      <p className={styles.teach}>Next, say when it runs, so that Belfry notices when it does not.</p>
      <div className={styles.buttons}>
        <Button component={Link} href={`/jobs/${made.id}/edit`}>
          Set its schedule
        </Button>
        <Button variant="default" onClick={onList}>
          See the list
        </Button>
      </div>
    </div>
  );
}

async function findFirstJob(projectId: string): Promise<JobView | null> {
  try {
    const response = await fetch(`/api/jobs?project=${projectId}`, { cache: "no-store" });
    const { jobs } = (await response.json()) as { jobs?: JobView[] };
    return jobs?.[0] ?? null;
  } catch {
    return null;
  }
}
