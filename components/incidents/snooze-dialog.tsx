"use client";

import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { DAY, HOUR, type Millis, MINUTE } from "../../lib/domain/time.ts";
import { useNow } from "../base/clock.tsx";
import styles from "./care.module.css";
import type { Handling } from "./handling.ts";
import { localTimeText, parseLocalTime } from "./snooze-times.ts";

const LONGEST: Millis = 90 * DAY;

type Props = { opened: boolean; onClose: () => void; snooze: (handling: Handling) => void };

/** Asks for a time of one's own. */
export function SnoozeDialog({ opened, onClose, snooze }: Props) {
  const now = useNow(MINUTE);
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (!opened) return;
    setText(localTimeText(Date.now() + HOUR));
    setError(null);
  }, [opened]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const at = parseLocalTime(text);
    const problem = problemOf(at, now);
    setError(problem);
    if (at === null || problem !== null) return;
    onClose();
    snooze({ kind: "snooze", until: new Date(at).toISOString() });
  };

  return (
    <Modal opened={opened} onClose={onClose} title="Snooze until a time">
      <form className={styles.dialog} onSubmit={submit} noValidate>
        <TextInput
          type="datetime-local"
          label="Until"
          description="By your clock. People are reminded then, if the trouble is not over."
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={error}
          data-autofocus
        />
        <div className={styles.dialogButtons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit">Snooze</Button>
        </div>
      </form>
    </Modal>
  );
}

function problemOf(at: number | null, now: number): string | null {
  if (at === null) return "Give a day and a time.";
  if (at < now + MINUTE) return "This time has passed; choose a later one.";
  return at > now + LONGEST ? "A snooze lasts at most 90 days; mute the incident instead." : null;
}
