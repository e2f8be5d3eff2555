"use client";

import { Select, TextInput, UnstyledButton } from "@mantine/core";
import { useEffect, useEffectEvent, useRef } from "react";
import { useViewerZone } from "../base/clock.tsx";
import { Panel } from "../base/panel.tsx";
import styles from "./job-form.module.css";
import type { DialectChoice, JobFormValues, PreviewAnswer, ScheduleInput } from "./job-form-values.ts";
import { SchedulePreview } from "./schedule-preview.tsx";

const INTERVAL = "every 10 min";
const EXAMPLES = ["*/5 * * * *", "0 2 * * *", "30 6 * * 1-5", INTERVAL];
const NOT_SURE = { value: "auto", label: "Not sure" };

type Props = {
  values: ScheduleInput;
  errors: Readonly<Record<string, string>>;
  zones: string[];
  dialects: DialectChoice[];
  adoptViewerZone: boolean;
  change: (part: Partial<JobFormValues>) => void;
  answer: PreviewAnswer | null;
};

/** The schedule, whose it is and its zone, with what they mean shown as one types. */
export function ScheduleFields({ values, errors, zones, dialects, adoptViewerZone, change, answer }: Props) {
  const { schedule, dialect, timeZone } = values;
  const chosen = dialects.find(({ name }) => name === dialect);
  const viewerZone = useViewerZone();
  const touched = useRef(!adoptViewerZone);
  const problem = answer !== null && !answer.ok ? answer : null;

  const adopt = useEffectEvent((zone: string) => {
    if (!touched.current && zones.includes(zone)) change({ timeZone: zone });
  });
  // The browser's zone is known only once the page runs there.
  useEffect(() => adopt(viewerZone), [viewerZone]);

  return (
    <Panel title="When it runs">
      <div className={styles.fields}>
        <TextInput
          name="schedule"
          label="Schedule"
          description="An expression for its scheduler, an interval, or empty when it runs at no fixed time."
          placeholder={chosen?.example ?? "0 2 * * *"}
          value={schedule}
          error={problem?.field === "schedule" ? problem.error : errors.schedule}
          onChange={(event) => change({ schedule: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        />
        <div className={styles.examples} role="group" aria-label="Examples of schedules">
          {(chosen === undefined ? EXAMPLES : [chosen.example, INTERVAL]).map((example) => (
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
        <div className={styles.pair}>
          <Select
            name="dialect"
            label="Which scheduler runs this job?"
            description="They read expressions differently."
            data={[NOT_SURE, ...dialects.map(({ name, title }) => ({ value: name, label: title }))]}
            value={dialect}
            error={problem?.field === "dialect" ? problem.error : errors.dialect}
            onChange={(name) => {
              if (name !== null) change({ dialect: name });
            }}
            allowDeselect={false}
          />
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
          />
        </div>
        <SchedulePreview answer={answer} />
      </div>
    </Panel>
  );
}
