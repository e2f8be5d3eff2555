import Link from "next/link";
import { StatusLabel } from "../base/glyph.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import styles from "./job.module.css";

export type LinkedJobView = { id: string; name: string; down: boolean };

type Props = {
  /** Jobs without which it cannot do its work. */
  upstreams: LinkedJobView[];
  /** Jobs that cannot do their work without it. */
  downstreams: LinkedJobView[];
};

/** Which jobs a job waits for, and which wait for it. */
export function JobLinks({ upstreams, downstreams }: Props) {
  if (upstreams.length + downstreams.length === 0) return null;
  return (
    <Panel title="Dependencies">
      <dl className={styles.facts}>
        <Jobs label="Waits for" jobs={upstreams} />
        <Jobs label="Waited for by" jobs={downstreams} />
      </dl>
    </Panel>
  );
}

function Jobs({ label, jobs }: { label: string; jobs: LinkedJobView[] }) {
  if (jobs.length === 0) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <ul className={styles.links}>
          {jobs.map(({ id, name, down }) => (
            <li key={id}>
              <Link href={`/jobs/${id}`}>
                <Said text={name} />
              </Link>
              {down && (
                <>
                  {" "}
                  <StatusLabel status="down" />
                </>
              )}
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}
