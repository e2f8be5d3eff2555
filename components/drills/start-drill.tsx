"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Megaphone } from "lucide-react";
import { useTransition } from "react";
import type { ActionResult } from "../base/form-state.ts";

/** Sends every channel its drill, at once. */
export function StartDrill({ start }: { start: () => Promise<ActionResult> }) {
  const [working, run] = useTransition();
  const onClick = () =>
    run(async () => {
      const { ok, message } = await start();
      notifications.show({ message, color: ok ? "gray" : "red" });
    });
  return (
    <Button loading={working} leftSection={<Megaphone size={15} aria-hidden />} onClick={onClick}>
      Start a drill
    </Button>
  );
}
