"use client";

import { Button } from "@mantine/core";
import type { ActionResult } from "../base/form-state.ts";
import { useWork } from "../base/work.ts";

/** Takes what a job's code asks for. */
export function AdoptButton({ jobId, adopt }: { jobId: string; adopt: (jobId: string) => Promise<ActionResult> }) {
  const { working, run } = useWork();
  return (
    <Button variant="default" loading={working} onClick={() => run(() => adopt(jobId))}>
      Take what the code says
    </Button>
  );
}
