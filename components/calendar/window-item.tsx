"use client";

import { Modal } from "@mantine/core";
import { BellOff, CalendarClock, CalendarDays } from "lucide-react";
import { useState } from "react";
import { useViewerZone } from "../base/clock.tsx";
import type { ActionResult, FormAnswer } from "../base/form-state.ts";
import { ItemMenu } from "../base/item-menu.tsx";
import { Said } from "../base/said.tsx";
import { visibleText } from "../base/visible-text.ts";
import styles from "./calendar.module.css";
import { WindowForm } from "./window-form.tsx";
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
  save: (windowId: string, values: WindowValues) => Promise<FormAnswer<WindowValues>>;
  setEnabled: (windowId: string, enabled: boolean) => Promise<ActionResult>;
  remove: (windowId: string) => Promise<ActionResult>;
};

/** One window: when, whose alerts, and what can be done about it. */
export function WindowItem({ window, now, choices, mayChange, save, setEnabled, remove }: Props) {
  const viewerZone = useViewerZone();
  const [editing, setEditing] = useState(false);
  const Icon = ICONS[window.times.kind];
  const isOpen = window.next !== null && window.next.start <= now;
  const words = timesInWords(window.times);

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
        <ItemMenu
          name={window.name}
          noun="window"
          enabled={window.enabled}
          onEdit={() => setEditing(true)}
          setEnabled={(enabled) => setEnabled(window.id, enabled)}
          remove={() => remove(window.id)}
        >
          What waits for its end is told at once where it is still wrong.
        </ItemMenu>
      )}
      <Modal opened={editing} onClose={() => setEditing(false)} title={`Change ${visibleText(window.name)}`} size="lg">
        <WindowForm
          window={valuesOf(window, viewerZone)}
          choices={choices}
          save={(values) => save(window.id, values)}
          onSaved={() => setEditing(false)}
        />
      </Modal>
    </li>
  );
}
