"use client";

import { Button } from "@mantine/core";
import type { ActionResult } from "../base/form-state.ts";
import { useWork } from "../base/work.ts";
import styles from "./unmatched.module.css";

/** What can be done about pings that found no job; both take the id of the row. */
export type Settle = {
  makeJob: ((id: number) => Promise<ActionResult>) | null;
  dismiss: (id: number) => Promise<ActionResult>;
};

type Props = { ping: { id: number; makesJob: boolean; slug: string | null; path: string }; settle: Settle };

export function SettleButtons({ ping, settle: { makeJob, dismiss } }: Props) {
  const { working, run } = useWork();
  const what = ping.slug ?? ping.path;
  return (
    <span className={styles.buttons}>
      {makeJob !== null && ping.makesJob && (
        <Button
          size="compact-sm"
          loading={working}
          aria-label={`Make a job of ${what}`}
          onClick={() => run(() => makeJob(ping.id))}
        >
          Make a job
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="default"
        loading={working}
        aria-label={`Forget ${what}`}
        onClick={() => run(() => dismiss(ping.id))}
      >
        Forget
      </Button>
    </span>
  );
}
