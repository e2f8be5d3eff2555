"use client";

import { Button } from "@mantine/core";
import { Bell, BellOff, UserCheck, UserX } from "lucide-react";
import { useState } from "react";
import { useNow } from "../base/clock.tsx";
import { useShortcuts } from "../shell/shortcuts.ts";
import { type CareView, isSnoozed } from "./care-line.tsx";
import styles from "./care.module.css";
import type { Handle, Handling } from "./handling.ts";
import { KeyHint, SnoozeMenu } from "./snooze-menu.tsx";
import { useHandling } from "./use-handling.ts";

/** What can be done about an open incident, with the keys a, s and m. */
export function IncidentButtons({ incident, handle }: { incident: CareView & { id: string }; handle: Handle }) {
  const [working, run] = useHandling(handle);
  const [menuOpen, setMenuOpen] = useState(false);
  const now = useNow();
  const snoozed = isSnoozed(incident, now);
  const act = (handling: Handling) => run([incident.id], handling);
  const acknowledge = () => act({ kind: incident.acknowledgedAt === null ? "acknowledge" : "unacknowledge" });
  const mute = () => act({ kind: incident.mutedAt === null ? "mute" : "unmute" });
  const snooze = () => (snoozed ? act({ kind: "unsnooze" }) : setMenuOpen(true));
  useShortcuts({ a: acknowledge, s: snooze, m: mute });

  return (
    <div className={styles.buttons}>
      <Button
        variant={incident.acknowledgedAt === null ? "filled" : "default"}
        loading={working}
        leftSection={
          incident.acknowledgedAt === null ? <UserCheck size={14} aria-hidden /> : <UserX size={14} aria-hidden />
        }
        rightSection={<KeyHint letter="a" />}
        onClick={acknowledge}
      >
        {incident.acknowledgedAt === null ? "Acknowledge" : "Take back"}
      </Button>
      {snoozed ? (
        <Button variant="default" loading={working} rightSection={<KeyHint letter="s" />} onClick={snooze}>
          End the snooze
        </Button>
      ) : (
        <SnoozeMenu opened={menuOpen} onChange={setMenuOpen} loading={working} snooze={act} />
      )}
      <Button
        variant="default"
        loading={working}
        leftSection={incident.mutedAt === null ? <BellOff size={14} aria-hidden /> : <Bell size={14} aria-hidden />}
        rightSection={<KeyHint letter="m" />}
        onClick={mute}
      >
        {incident.mutedAt === null ? "Mute" : "Unmute"}
      </Button>
    </div>
  );
}
