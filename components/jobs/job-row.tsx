"use client";

import { BellOff } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { memo } from "react";
import { lengthText } from "../base/ago.ts";
import { useNow } from "../base/clock.tsx";
import { Glyph, StatusLabel } from "../base/glyph.tsx";
import { Ago } from "../base/moment.tsx";
import { EnvironmentBadge } from "../base/environment-badge.tsx";
import { Said } from "../base/said.tsx";
import { CAUSE_LABEL, CAUSE_MEANING, CAUSE_TONE } from "../base/status.ts";
import { CAUSE_SHAPE } from "../incidents/cause-shape.ts";
import { type JobView, statusAt } from "./job-view.ts";
import { NextCell } from "./next-cell.tsx";
import { RunStrip } from "./run-strip.tsx";
import styles from "./job-table.module.css";

type Props = { job: JobView; index: number; linkId: string; top: number; height: number };

export const JobRow = memo(function JobRow({ job, index, linkId, top, height }: Props) {
  const status = statusAt(job, useNow());
  const router = useRouter();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles.row}
      data-status={status}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      <span role="cell" className={styles.state}>
        <StatusLabel status={status} />
      </span>
      <span role="cell" className={styles.name}>
        <Link href={`/jobs/${job.id}`} id={linkId} className={styles.link} prefetch={false}>
          <Said text={job.name} />
        </Link>
        {job.environment !== null && <EnvironmentBadge environment={job.environment} />}
        {job.warning !== null && (
          <span className={styles.warning} title={CAUSE_MEANING[job.warning]}>
            <Glyph shape={CAUSE_SHAPE[job.warning]} tone={CAUSE_TONE[job.warning]} size={14} />
            {CAUSE_LABEL[job.warning]}
          </span>
        )}
        {job.channelCount === 0 && (
          <span className={styles.mute} title="Nobody would be told: no working channel takes its alarms">
            <BellOff size={13} aria-label="Nobody would be told" role="img" />
          </span>
        )}
        {job.name !== job.slug && <code className={styles.slug}>{job.slug}</code>}
        {job.tags.map((tag) => (
          <span className={styles.tag} key={tag}>
            <Said text={tag} />
          </span>
        ))}
      </span>
      <span role="cell" className={styles.schedule} title={`${job.scheduleWords} ${job.timeZone ?? ""}`.trim()}>
        <span className={styles.words}>{job.scheduleWords}</span>
        {job.timeZone !== null && <span className={styles.zone}>{job.timeZone}</span>}
      </span>
      <span role="cell" className={styles.strip}>
        {job.strip !== undefined && (
          <RunStrip marks={job.strip} onOpen={(number) => router.push(`/jobs/${job.id}/runs/${number}`)} />
        )}
      </span>
      <span role="cell" className={styles.took}>
        {job.lastDurationMs === null ? <None /> : lengthText(job.lastDurationMs)}
      </span>
      <span role="cell" className={styles.success}>
        {job.lastOkAt === null ? <None /> : <Ago at={job.lastOkAt} jobZone={job.timeZone} suffix />}
      </span>
      <span role="cell" className={styles.next}>
        <NextCell job={job} status={status} />
      </span>
    </div>
  );
});

function None() {
  return (
    <span className={styles.none} title="None yet">
      –
    </span>
  );
}
