"use client";

import { Button } from "@mantine/core";
import { BellOff, UserCheck } from "lucide-react";
import { useState } from "react";
import { useShortcuts } from "../shell/shortcuts.ts";
import { counted } from "../base/counted.ts";
import styles from "./care.module.css";
import type { Handle, Handling } from "./handling.ts";
import { incidentLinkId, IncidentItems, type IncidentView } from "./incident-items.tsx";
import { KeyHint, SnoozeMenu } from "./snooze-menu.tsx";
import { useHandling } from "./use-handling.ts";

type Props = {
  incidents: IncidentView[];
  /** Left out for those who may only look. */
  handle?: Handle;
};

/** The list of incidents, with what can be done about several of them at once, and with keys. */
export function IncidentBoard({ incidents, handle }: Props) {
  const open = incidents.filter(({ state }) => state === "open");
  useShortcuts({ j: () => move(incidents, 1), k: () => move(incidents, -1) });
  if (handle === undefined || open.length === 0) return <IncidentItems incidents={incidents} mates={matesOf(open)} />;
  return <ChoosableIncidents incidents={incidents} open={open} handle={handle} />;
}

function ChoosableIncidents({ incidents, open, handle }: Required<Props> & { open: IncidentView[] }) {
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [menuOpen, setMenuOpen] = useState(false);
  const [working, run] = useHandling(handle);
  const chosen = new Set(open.map(({ id }) => id).filter((id) => marked.has(id)));
  const choose = (id: string) => setMarked(toggled(marked, id));
  /** The chosen ones, else the one that has the focus. */
  const targets = (): string[] => {
    const focused = focusedId(open);
    return chosen.size > 0 || focused === null ? [...chosen] : [focused];
  };
  /** The menu takes the focus, so the row has to be chosen before. */
  const askForSnooze = () => {
    const ids = targets();
    if (ids.length === 0) return;
    setMarked(new Set(ids));
    setMenuOpen(true);
  };
  const act = (handling: Handling) => {
    run(targets(), handling);
    setMarked(new Set());
  };
  useShortcuts({
    x: () => {
      const id = focusedId(open);
      if (id !== null) choose(id);
    },
    a: () => act({ kind: "acknowledge" }),
    s: askForSnooze,
    m: () => act({ kind: "mute" }),
  });

  const all = chosen.size === open.length;
  return (
    <>
      <div className={chosen.size > 0 ? styles.sticky : styles.bar}>
        <Button variant="default" size="xs" onClick={() => setMarked(new Set(all ? [] : open.map(({ id }) => id)))}>
          {all ? "Choose none" : `Choose all ${open.length} open`}
        </Button>
        {chosen.size > 0 && (
          <div className={styles.buttons}>
            <span className={styles.soft} role="status">
              {counted(chosen.size, "incident")} chosen
            </span>
            <Button
              size="xs"
              loading={working}
              leftSection={<UserCheck size={13} aria-hidden />}
              rightSection={<KeyHint letter="a" />}
              onClick={() => act({ kind: "acknowledge" })}
            >
              Acknowledge
            </Button>
            <SnoozeMenu size="xs" opened={menuOpen} onChange={setMenuOpen} loading={working} snooze={act} />
            <Button
              variant="default"
              size="xs"
              loading={working}
              leftSection={<BellOff size={13} aria-hidden />}
              rightSection={<KeyHint letter="m" />}
              onClick={() => act({ kind: "mute" })}
            >
              Mute
            </Button>
          </div>
        )}
      </div>
      <IncidentItems incidents={incidents} choice={{ chosen, choose }} mates={matesOf(open)} />
    </>
  );
}

/** How many of each outage are open here. */
function matesOf(open: readonly IncidentView[]): ReadonlyMap<string, number> {
  const mates = new Map<string, number>();
  for (const { outageId } of open) if (outageId !== null) mates.set(outageId, (mates.get(outageId) ?? 0) + 1);
  return mates;
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

function focusedId(incidents: readonly IncidentView[]): string | null {
  return incidents.find(({ id }) => document.activeElement?.id === incidentLinkId(id))?.id ?? null;
}

/** Moves the focus by rows; from nowhere to the first. */
function move(incidents: readonly IncidentView[], by: number): void {
  const from = incidents.findIndex(({ id }) => document.activeElement?.id === incidentLinkId(id));
  const index = from === -1 ? 0 : Math.min(incidents.length - 1, Math.max(0, from + by));
  document.getElementById(incidentLinkId(incidents[index]?.id ?? ""))?.focus();
}
