"use client";

import { Button, TextInput } from "@mantine/core";
import { useActionState } from "react";
import type { FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import styles from "./settings.module.css";

export type ProjectFormState = FormState<{ name: string }>;

/** Makes a project. */
export function ProjectForm({
  save,
}: {
  save: (before: ProjectFormState, form: FormData) => Promise<ProjectFormState>;
}) {
  const [state, action, pending] = useActionState(save, { values: { name: "" }, error: null, fieldErrors: {} });
  return (
    <form action={action} className={styles.stack} noValidate>
      {state.error !== null && (
        <Note tone="down" role="alert">
          <p>{state.error}</p>
        </Note>
      )}
      <TextInput
        key={state.values.name}
        name="name"
        label="Name"
        placeholder="Web shop"
        defaultValue={state.values.name}
        error={state.fieldErrors.name}
      />
      <div>
        <Button type="submit" loading={pending}>
          Make the project
        </Button>
      </div>
    </form>
  );
}
