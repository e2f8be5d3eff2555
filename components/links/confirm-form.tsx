"use client";

import { Button } from "@mantine/core";
import { useActionState } from "react";
import type { ActionResult } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import styles from "../auth/door.module.css";

type Act = (before: ActionResult | null, form: FormData) => Promise<ActionResult>;

/** The one button of a page that a link in a message leads to. Works without scripts too. */
export function ConfirmForm({ label, act }: { label: string; act: Act }) {
  const [result, action, pending] = useActionState(act, null);
  if (result?.ok === true) {
    return (
      <Note tone="ok" role="status">
        <p>{result.message}</p>
      </Note>
    );
  }
  return (
    <form action={action} className={styles.form}>
      {result !== null && (
        <Note tone="down" role="alert">
          <p>{result.message}</p>
        </Note>
      )}
      <Button type="submit" loading={pending} fullWidth>
        {label}
      </Button>
    </form>
  );
}
