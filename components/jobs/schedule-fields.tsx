"use client";

import { Select, TextInput, UnstyledButton } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useViewerZone } from "../base/clock.tsx";
import { Panel } from "../base/panel.tsx";
import styles from "./job-form.module.css";
import type { JobFormValues, PreviewAnswer } from "./job-form-values.ts";
import { SchedulePreview } from "./schedule-preview.tsx";
import { useSchedulePreview } from "./use-schedule-preview.ts";

const EXAMPLES = ["*/5 * * * *", "0 2 * * *", "30 6 * * 1-5", "every 10 min"];

type Props = {
  values: Pick<JobFormValues, "schedule" | "timeZone">;
  errors: Readonly<Record<string, string>>;
  zones: string[];
  adoptViewerZone: boolean;
  change: (part: Partial<JobFormValues>) => void;
  preview: (input: { schedule: string; timeZone: string }) => Promise<PreviewAnswer>;
};

/** The schedule and its zone, with what they mean shown as one types. */
export function ScheduleFields({ values, errors, zones, adoptViewerZone, change, preview }: Props) {
  const { schedule, timeZone } = values;
  const viewerZone = useViewerZone();
  const touched = useRef(!adoptViewerZone);
  const answer = useSchedulePreview({ schedule, timeZone }, preview);
  const problem = answer !== null && !answer.ok ? answer : null;

  useEffect(() => {
    if (!touched.current && zones.includes(viewerZone)) change({ timeZone: viewerZone });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only the browser's zone, once known, sets the field
  }, [viewerZone]);

  return (
    <Panel title="When it runs">
      <div className={styles.fields}>
        <TextInput
          name="schedule"
          label="Schedule"
          description="A crontab expression, an interval, or empty when it runs at no fixed time."
          placeholder="0 2 * * *"
          value={schedule}
          error={problem?.field === "schedule" ? problem.error : errors.schedule}
          onChange={(event) => change({ schedule: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        />
        <div className={styles.examples} role="group" aria-label="Examples of schedules">
          {EXAMPLES.map((example) => (
            <UnstyledButton
              key={example}
              className={styles.example}
              aria-pressed={schedule === example}
              onClick={() => change({ schedule: example })}
            >
              <code>{example}</code>
            </UnstyledButton>
          ))}
        </div>
        <Select
          name="timeZone"
          label="Time zone"
          description="The zone of the machine running the job."
          data={zones}
          value={timeZone}
          error={problem?.field === "timeZone" ? problem.error : errors.timeZone}
          onChange={(zone) => {
            touched.current = true;
            if (zone !== null) change({ timeZone: zone });
          }}
          searchable
          limit={60}
          allowDeselect={false}
          nothingFoundMessage="No such zone. Write a place, such as Riga or New_York, or UTC."
          className={styles.short}
        />
        <SchedulePreview answer={answer} timeZone={timeZone} />
      </div>
    </Panel>
  );
}
