"use client";

import { ActionIcon, Menu, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { BellOff, CalendarClock, CalendarDays, Ellipsis, Pencil, Power, Trash2 } from "lucide-react";
import { useState, useTransition } from "react";
import { useViewerZone } from "../base/clock.tsx";
import { ConfirmDialog } from "../base/confirm-dialog.tsx";
import type { ActionResult } from "../base/form-state.ts";
import { Said } from "../base/said.tsx";
import { visibleText } from "../base/visible-text.ts";
import styles from "./calendar.module.css";
import { type WindowAnswer, WindowForm } from "./window-form.tsx";
import { WindowNext } from "./window-next.tsx";
import { WindowScope } from "./window-scope.tsx";
import type { WindowChoices, WindowValues, WindowView } from "./window-view.ts";
import { timesInWords, valuesOf } from "./window-words.ts";

const ICONS = { once: BellOff, weekly: CalendarClock, holidays: CalendarDays } as const;

type Props = {
  window: WindowView;
  now: number;
  choices: WindowChoices;
  mayChange: boolean;
  save: (windowId: string, values: WindowValues) => Promise<WindowAnswer>;
  setEnabled: (windowId: string, enabled: boolean) => Promise<ActionResult>;
  remove: (windowId: string) => Promise<ActionResult>;
};

/** One window: when, whose alerts, and what can be done about it. */
export function WindowItem({ window, now, choices, mayChange, save, setEnabled, remove }: Props) {
  const viewerZone = useViewerZone();
  const [working, start] = useTransition();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const Icon = ICONS[window.times.kind];
  const isOpen = window.next !== null && window.next.start <= now;
  const words = timesInWords(window.times);
  const run = (work: () => Promise<ActionResult>) =>
    start(async () => {
      const result = await work();
      notifications.show({ message: result.message, color: result.ok ? "gray" : "red" });
    });

  return (
    <li className={`${styles.item} ${isOpen ? styles.open : ""}`}>
      <span className={styles.icon}>
        <Icon size={16} aria-hidden />
      </span>
      <div className={styles.what}>
        <p>
          <span className={styles.name}>
            <Said text={window.name} />
          </span>
          : <WindowNext window={window} now={now} />
        </p>
        <p className={styles.soft}>
          <WindowScope window={window} />
          {words !== "" && ` · ${words}`}
          {window.createdBy !== null && (
            <>
              {" "}
              · by <Said text={window.createdBy} />
            </>
          )}
        </p>
      </div>
      {mayChange && (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <ActionIcon
              variant="default"
              size={30}
              aria-label={`More for ${visibleText(window.name)}`}
              loading={working}
            >
              <Ellipsis size={15} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Pencil size={14} aria-hidden />} onClick={() => setOpen("edit")}>
              Change…
            </Menu.Item>
            <Menu.Item
              leftSection={<Power size={14} aria-hidden />}
              onClick={() => run(() => setEnabled(window.id, !window.enabled))}
            >
              {window.enabled ? "Switch off" : "Switch on"}
            </Menu.Item>
            <Menu.Item color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => setOpen("delete")}>
              Delete…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Modal
        opened={open === "edit"}
        onClose={() => setOpen(null)}
        title={`Change ${visibleText(window.name)}`}
        size="lg"
      >
        <WindowForm
          window={valuesOf(window, viewerZone)}
          choices={choices}
          save={(values) => save(window.id, values)}
          onSaved={() => setOpen(null)}
        />
      </Modal>
      <ConfirmDialog
        opened={open === "delete"}
        title={`Delete ${visibleText(window.name)}?`}
        verb="Delete the window"
        onClose={() => setOpen(null)}
        onConfirm={() => run(() => remove(window.id))}
      >
        What waits for its end is told at once where it is still wrong.
      </ConfirmDialog>
    </li>
  );
}
