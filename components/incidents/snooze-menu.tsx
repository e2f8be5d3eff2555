"use client";

import { Button, Kbd, Menu } from "@mantine/core";
import { Clock } from "lucide-react";
import { useState } from "react";
import { MINUTE } from "../../lib/domain/time.ts";
import { useNow } from "../base/clock.tsx";
import type { Handling } from "./handling.ts";
import { SnoozeDialog } from "./snooze-dialog.tsx";
import { tomorrowMorning } from "./snooze-times.ts";

type Props = {
  opened: boolean;
  onChange: (opened: boolean) => void;
  loading: boolean;
  size?: "xs" | "sm";
  snooze: (handling: Handling) => void;
};

/** Asks until when people want no reminders. */
export function SnoozeMenu({ opened, onChange, loading, size = "sm", snooze }: Props) {
  const [asking, setAsking] = useState(false);
  const now = useNow(MINUTE);
  return (
    <>
      <Menu opened={opened} onChange={onChange} position="bottom-end" shadow="md">
        <Menu.Target>
          <Button
            variant="default"
            size={size}
            loading={loading}
            leftSection={<Clock size={14} aria-hidden />}
            rightSection={<KeyHint letter="s" />}
          >
            Snooze
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => snooze({ kind: "snooze", for: "1h" })}>For 1 hour</Menu.Item>
          <Menu.Item onClick={() => snooze({ kind: "snooze", for: "4h" })}>For 4 hours</Menu.Item>
          <Menu.Item onClick={() => snooze({ kind: "snooze", until: new Date(tomorrowMorning(now)).toISOString() })}>
            Until tomorrow, 9:00
          </Menu.Item>
          <Menu.Item onClick={() => snooze({ kind: "snooze", until: "success" })}>Until the next success</Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={() => setAsking(true)}>Until a time…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SnoozeDialog opened={asking} onClose={() => setAsking(false)} snooze={snooze} />
    </>
  );
}

/** The key that does the same, where there is a keyboard. */
export function KeyHint({ letter }: { letter: string }) {
  return (
    <Kbd size="xs" visibleFrom="sm" aria-hidden>
      {letter}
    </Kbd>
  );
}
