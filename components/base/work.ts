"use client";

import { notifications } from "@mantine/notifications";
import { useTransition } from "react";
import type { ActionResult } from "./form-state.ts";

/** Does what somebody asked for and says how it went. `working`: it is being done. */
export function useWork(): { working: boolean; run: (work: () => Promise<ActionResult>) => void } {
  const [working, start] = useTransition();
  const run = (work: () => Promise<ActionResult>) =>
    start(async () => {
      const result = await work();
      notifications.show({ message: result.message, color: result.ok ? "gray" : "red" });
    });
  return { working, run };
}
