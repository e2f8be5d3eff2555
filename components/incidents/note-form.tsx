"use client";

import { Button, Textarea } from "@mantine/core";
import { useActionState, useEffect, useRef } from "react";
import type { FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import styles from "./care.module.css";

export type NoteState = FormState<{ note: string }>;

type Props = { addNote: (before: NoteState, form: FormData) => Promise<NoteState> };

const EMPTY: NoteState = { values: { note: "" }, error: null, fieldErrors: {} };

/** Adds a line of one's own to an incident's timeline; what was typed stays where it was refused. */
export function NoteForm({ addNote }: Props) {
  const [state, action, pending] = useActionState(addNote, EMPTY);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (field.current !== null) field.current.value = state.values.note;
  }, [state]);
  return (
    <form action={action} className={styles.form}>
      {state.error !== null && (
        <Note tone="down" role="alert">
          <p>{state.error}</p>
        </Note>
      )}
      <Textarea
        ref={field}
        name="note"
        label="Note"
        description="What you found and did, for whoever looks next. It is only shown here."
        className={styles.field}
        autosize
        minRows={2}
        maxRows={12}
        defaultValue={state.values.note}
        error={state.fieldErrors.note}
      />
      <Button type="submit" variant="default" loading={pending}>
        Add the note
      </Button>
    </form>
  );
}
