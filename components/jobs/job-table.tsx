"use client";

import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { JobRow } from "./job-row.tsx";
import type { JobView } from "./job-view.ts";
import styles from "./job-table.module.css";

export type JobTableHandle = {
  /** Moves the focus by rows; from nowhere to the first. */
  move(by: number): void;
};

type Props = {
  ref: Ref<JobTableHandle>;
  jobs: readonly JobView[];
  onVisible: (ids: readonly string[]) => void;
};

const ROW = 36;
const CARD = 64;
const COLUMNS = ["State", "Job", "Schedule", "Last 30 runs", "Took", "Last success", "Next"];

/** The rows, of which only those in sight exist; a card of two lines each on a phone. */
export function JobTable({ ref, jobs, onVisible }: Props) {
  const cards = useMediaQuery("(max-width: 63.99em)", false, { getInitialValueInEffect: true }) ?? false;
  const height = cards ? CARD : ROW;
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), [cards]);

  const virtualizer = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => jobs[index]?.id ?? index,
    initialRect: { width: 1_280, height: 900 },
  });
  useEffect(() => virtualizer.measure(), [virtualizer, height]);

  const items = virtualizer.getVirtualItems();
  const ids = items.flatMap((item) => jobs[item.index]?.id ?? []).join(",");
  useEffect(() => {
    const timer = setTimeout(() => onVisible(ids === "" ? [] : ids.split(",")), 80);
    return () => clearTimeout(timer);
  }, [ids, onVisible]);

  useImperativeHandle(ref, () => ({
    move(by) {
      const from = jobs.findIndex((job) => document.activeElement?.id === rowId(job.id));
      const index = from === -1 ? 0 : Math.min(jobs.length - 1, Math.max(0, from + by));
      virtualizer.scrollToIndex(index, { align: "auto" });
      requestAnimationFrame(() => document.getElementById(rowId(jobs[index]?.id ?? ""))?.focus());
    },
  }));

  return (
    <div role="table" aria-label="Jobs" aria-rowcount={jobs.length + 1} className={styles.table}>
      <div role="rowgroup" className={styles.head}>
        <div role="row" className={styles.headRow} aria-rowindex={1}>
          {COLUMNS.map((column) => (
            <span role="columnheader" key={column}>
              {column}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={body} className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const job = jobs[item.index];
          return job === undefined ? null : (
            <JobRow
              key={item.key}
              job={job}
              index={item.index}
              linkId={rowId(job.id)}
              top={item.start - virtualizer.options.scrollMargin}
              height={item.size}
            />
          );
        })}
      </div>
    </div>
  );
}

function rowId(jobId: string): string {
  return `job-${jobId}`;
}
