"use client";

import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useState, useTransition } from "react";
import { useViewerZone } from "../base/clock.tsx";
import type { FormAnswer, FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import styles from "./calendar.module.css";
import { ScopeFields } from "./scope-fields.tsx";
import { TimeFields } from "./time-fields.tsx";
import type { WindowChoices, WindowValues } from "./window-view.ts";
import { emptyValues } from "./window-words.ts";

const KINDS = [
  { value: "once", label: "Once" },
  { value: "weekly", label: "Every week" },
  { value: "holidays", label: "Holidays" },
];

type Props = {
  /** Null: a new one. */
  window: WindowValues | null;
  choices: WindowChoices;
  save: (values: WindowValues) => Promise<FormAnswer<WindowValues>>;
  onSaved?: () => void;
};

/** Makes or changes a time in which alerts wait. */
export function WindowForm({ window: known, choices, save, onSaved }: Props) {
  const viewerZone = useViewerZone();
  const [values, setValues] = useState(known ?? emptyValues(viewerZone));
  const [zoneChosen, setZoneChosen] = useState(known !== null);
  const [failure, setFailure] = useState<FormState<WindowValues> | null>(null);
  const [saving, start] = useTransition();
  const errors = failure?.fieldErrors ?? {};
  const change = (part: Partial<WindowValues>) => {
    if (part.timeZone !== undefined) setZoneChosen(true);
    setValues((before) => ({ ...before, ...part }));
  };

  useEffect(() => {
    if (!zoneChosen) setValues((before) => ({ ...before, timeZone: viewerZone }));
  }, [viewerZone, zoneChosen]);

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        start(async () => {
          const answer = await save(values);
          setFailure(answer.failure);
          if (answer.failure !== null) return;
          notifications.show({ message: answer.said, color: "gray" });
          if (known === null) setValues(emptyValues(viewerZone));
          onSaved?.();
        });
      }}
    >
      <TextInput
        name="name"
        label="Name"
        description="Shown beside what was held back."
        placeholder="Database maintenance"
        value={values.name}
        error={errors.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label="How often"
        data={KINDS}
        value={values.kind}
        onChange={(kind) => {
          change({ kind });
          setFailure(null);
        }}
      />
      <TimeFields
        values={values}
        errors={errors}
        zones={choices.zones}
        hasFile={known?.kind === "holidays"}
        change={change}
      />
      <ScopeFields values={values} errors={errors} choices={choices} change={change} />
      {failure?.error && (
        <Note tone="down" role="alert">
          <p>{failure.error}</p>
        </Note>
      )}
      <div>
        <Button type="submit" loading={saving}>
          {known === null ? "Add the window" : "Save"}
        </Button>
      </div>
    </form>
  );
}
