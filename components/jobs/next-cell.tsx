"use client";

import type { JobStatus } from "../../lib/domain/job.ts";
import { countdownText } from "../base/ago.ts";
import { useNow } from "../base/clock.tsx";
import { Until } from "../base/moment.tsx";
import type { JobView } from "./job-view.ts";
import styles from "./job-table.module.css";

/** When the next run is expected, counting down; how late it is once that has passed. */
export function NextCell({ job, status }: { job: JobView; status: JobStatus }) {
  const now = useNow();
  if (status === "paused") return <span className={styles.none}>paused</span>;
  if (status === "new") return <span className={styles.none}>first ping</span>;
  if (job.nextExpectedAt === null) return <span className={styles.none}>any time</span>;
  if (status === "late") return <b className={styles.overdue}>{countdownText(now - job.nextExpectedAt)} late</b>;
  return <Until at={job.nextExpectedAt} jobZone={job.timeZone} />;
}
