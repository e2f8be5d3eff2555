"use client";

import { Button, Textarea, TextInput } from "@mantine/core";
import { useActionState } from "react";
import type { FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import styles from "./settings.module.css";

export type ProjectSettingsValues = {
  name: string;
  keepDays: string;
  keepRuns: string;
  remindAfter: string;
  mask: string;
};

export type ProjectSettingsState = FormState<ProjectSettingsValues> & { saved: boolean };

type Props = {
  values: ProjectSettingsValues;
  save: (before: ProjectSettingsState, form: FormData) => Promise<ProjectSettingsState>;
};

const FIELDS = [
  { name: "name", label: "Name" },
  {
    name: "keepDays",
    label: "Keep for this many days",
    description: "Runs with their pings and output, and closed incidents: 1 to 3650. Older ones go within the hour.",
    inputMode: "numeric",
  },
  {
    name: "keepRuns",
    label: "Keep this many runs of each job",
    description: "10 to 1,000,000. Empty: as many as there are in those days.",
    inputMode: "numeric",
  },
  {
    name: "remindAfter",
    label: "Remind of open incidents after",
    description: "5 min to 30 d, such as 4h; then ever more seldom, at last once a day. Empty: never.",
  },
] as const;

/** Renames a project, and says how much of its history is kept and what its messages mask. */
export function ProjectSettingsForm({ values, save }: Props) {
  const [state, action, pending] = useActionState(save, { values, error: null, fieldErrors: {}, saved: false });
  return (
    <form action={action} className={styles.stack} noValidate>
      {state.error !== null && (
        <Note tone="down" role="alert">
          <p>{state.error}</p>
        </Note>
      )}
      {FIELDS.map((field) => (
        <TextInput
          key={`${field.name} ${state.values[field.name]}`}
          {...field}
          className={styles.field}
          defaultValue={state.values[field.name]}
          error={state.fieldErrors[field.name]}
        />
      ))}
      <Textarea
        key={`mask ${state.values.mask}`}
        name="mask"
        label="Mask this in messages"
        description="Beside passwords and tokens of common shapes, in what alerts show of outputs. One text to a line, * for the rest of a word: acme-*"
        className={styles.field}
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        defaultValue={state.values.mask}
        error={state.fieldErrors.mask}
      />
      <div className={styles.line}>
        <Button type="submit" loading={pending}>
          Save
        </Button>
        {state.saved && !pending && <span role="status">Saved.</span>}
      </div>
    </form>
  );
}
