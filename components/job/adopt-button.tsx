"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTransition } from "react";
import type { ActionResult } from "../base/form-state.ts";

/** Takes what a job's code asks for. */
export function AdoptButton({ jobId, adopt }: { jobId: string; adopt: (jobId: string) => Promise<ActionResult> }) {
  const [working, start] = useTransition();
  const take = () =>
    start(async () => {
      const result = await adopt(jobId);
      notifications.show({ message: result.message, color: result.ok ? "gray" : "red" });
    });
  return (
    <Button variant="default" loading={working} onClick={take}>
      Take what the code says
    </Button>
  );
}
