"use client";

import { notifications } from "@mantine/notifications";
import { useTransition } from "react";
import type { Handle, Handling } from "./handling.ts";

/** Runs what a button asks for and says what became of it. */
export function useHandling(handle: Handle): [boolean, (ids: string[], handling: Handling) => void] {
  const [working, start] = useTransition();
  const run = (ids: string[], handling: Handling): void => {
    if (ids.length === 0) return;
    start(async () => {
      const result = await handle(ids, handling);
      notifications.show({ message: result.message, color: result.ok ? "gray" : "red" });
    });
  };
  return [working, run];
}
