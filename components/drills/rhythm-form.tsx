"use client";

import { Button, NativeSelect } from "@mantine/core";
import { useActionState } from "react";
import { DRILL_RHYTHMS } from "../../lib/domain/drill.ts";
import { useViewerZone } from "../base/clock.tsx";
import type { FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import { RHYTHM_WORDS } from "./drill-view.ts";
import styles from "./drills.module.css";

export type RhythmState = FormState<{ every: string }> & { saved: boolean };

type Props = { every: string; save: (before: RhythmState, form: FormData) => Promise<RhythmState> };

const CHOICES = DRILL_RHYTHMS.map((value) => ({ value, label: RHYTHM_WORDS[value] }));

/** How often a project drills by itself. */
export function RhythmForm({ every, save }: Props) {
  const zone = useViewerZone();
  const [state, action, pending] = useActionState(save, {
    ...{ values: { every }, error: null, fieldErrors: {}, saved: false },
  });
  return (
    <form action={action}>
      {state.error !== null && (
        <Note tone="down" role="alert">
          <p>{state.error}</p>
        </Note>
      )}
      <div className={styles.form}>
        <input type="hidden" name="timeZone" value={zone} />
        <NativeSelect
          key={state.values.every}
          name="every"
          label="Drills"
          description="The first on a Tuesday at 10:00 your time."
          data={CHOICES}
          defaultValue={state.values.every}
          error={state.fieldErrors.every}
        />
        <Button type="submit" variant="default" loading={pending}>
          Save
        </Button>
        {state.saved && !pending && <span role="status">Saved.</span>}
      </div>
    </form>
  );
}
