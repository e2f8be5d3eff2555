import type { JobStatus } from "../../lib/domain/job.ts";
import { StatusLabel } from "../base/glyph.tsx";
import { STATUS_MEANING } from "../base/status.ts";
import styles from "./shell.module.css";

const ORDER: readonly JobStatus[] = ["down", "late", "running", "unknown", "new", "ok", "paused"];

/** What the signs of the jobs mean. */
export function Legend() {
  return (
    <dl className={styles.legend}>
      {ORDER.map((status) => (
        <div key={status} className={styles.legendRow}>
          <dt>
            <StatusLabel status={status} />
          </dt>
          <dd>{STATUS_MEANING[status]}</dd>
        </div>
      ))}
    </dl>
  );
}
