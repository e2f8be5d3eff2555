"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTransition } from "react";
import type { ActionResult } from "../base/form-state.ts";
import styles from "./unmatched.module.css";

/** What can be done about pings that found no job; both take the id of the row. */
export type Settle = {
  makeJob: ((id: number) => Promise<ActionResult>) | null;
  dismiss: (id: number) => Promise<ActionResult>;
};

type Props = { ping: { id: number; makesJob: boolean; slug: string | null; path: string }; settle: Settle };

export function SettleButtons({ ping, settle: { makeJob, dismiss } }: Props) {
  const [working, start] = useTransition();
  const what = ping.slug ?? ping.path;
  const run = (act: (id: number) => Promise<ActionResult>): void =>
    start(async () => {
      const result = await act(ping.id);
      notifications.show({ message: result.message, color: result.ok ? "gray" : "red" });
    });
  return (
    <span className={styles.buttons}>
      {makeJob !== null && ping.makesJob && (
        <Button size="compact-sm" loading={working} aria-label={`Make a job of ${what}`} onClick={() => run(makeJob)}>
          Make a job
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="default"
        loading={working}
        aria-label={`Forget ${what}`}
        onClick={() => run(dismiss)}
      >
        Forget
      </Button>
    </span>
  );
}
