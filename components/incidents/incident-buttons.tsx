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

/** What can be done about an open incident. The keys a, s and m never take back: somebody else may have been quicker. */
export function IncidentButtons({ incident, handle }: { incident: CareView & { id: string }; handle: Handle }) {
  const [working, run] = useHandling(handle);
  const [menuOpen, setMenuOpen] = useState(false);
  const now = useNow();
  const snoozed = isSnoozed(incident, now);
  const acknowledged = incident.acknowledgedAt !== null;
  const muted = incident.mutedAt !== null;
  const act = (handling: Handling) => run([incident.id], handling);
  useShortcuts({
    a: () => !acknowledged && act({ kind: "acknowledge" }),
    s: () => !snoozed && setMenuOpen(true),
    m: () => !muted && act({ kind: "mute" }),
  });

  return (
    <div className={styles.buttons}>
      <Button
        variant={acknowledged ? "default" : "filled"}
        loading={working}
        leftSection={acknowledged ? <UserX size={14} aria-hidden /> : <UserCheck size={14} aria-hidden />}
        rightSection={acknowledged ? undefined : <KeyHint letter="a" />}
        onClick={() => act({ kind: acknowledged ? "unacknowledge" : "acknowledge" })}
      >
        {acknowledged ? "Take back" : "Acknowledge"}
      </Button>
      {snoozed ? (
        <Button variant="default" loading={working} onClick={() => act({ kind: "unsnooze" })}>
          End the snooze
        </Button>
      ) : (
        <SnoozeMenu opened={menuOpen} onChange={setMenuOpen} loading={working} snooze={act} />
      )}
      <Button
        variant="default"
        loading={working}
        leftSection={muted ? <Bell size={14} aria-hidden /> : <BellOff size={14} aria-hidden />}
        rightSection={muted ? undefined : <KeyHint letter="m" />}
        onClick={() => act({ kind: muted ? "unmute" : "mute" })}
      >
        {muted ? "Unmute" : "Mute"}
      </Button>
    </div>
  );
}
