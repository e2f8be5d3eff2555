"use client";

import { NumberInput, Radio, TextInput } from "@mantine/core";
import type { Millis } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { Panel } from "../base/panel.tsx";
import styles from "./job-form.module.css";
import type { JobFormValues } from "./job-form-values.ts";

/** What a scheduler adds by itself. */
export type CountedJitter = { scheduler: string; jitterMs: Millis };

type Props = {
  values: JobFormValues;
  errors: Readonly<Record<string, string>>;
  counted: CountedJitter | null;
  change: (part: Partial<JobFormValues>) => void;
};

/** Grace, longest run, jitter, failures and overlap: when somebody is told. */
export function LimitFields({ values, errors, counted, change }: Props) {
  return (
    <Panel title="When it counts as trouble">
      <div className={styles.fields}>
        <div className={styles.pair}>
          <TextInput
            name="grace"
            label="Grace time"
            description="How late the first sign of a run may be."
            placeholder="a fifth of the interval, 1 min to 1 h"
            value={values.grace}
            error={errors.grace}
            onChange={(event) => change({ grace: event.currentTarget.value })}
          />
          <TextInput
            name="maxRuntime"
            label="Longest run time"
            description="From start to end. Needs a start ping."
            placeholder="no limit"
            value={values.maxRuntime}
            error={errors.maxRuntime}
            onChange={(event) => change({ maxRuntime: event.currentTarget.value })}
          />
        </div>
        <TextInput
          name="jitter"
          label="Jitter"
          description={`RandomizedDelaySec, RANDOM_DELAY or a flexible window: what the scheduler adds by itself.${countedText(counted)}`}
          placeholder="none"
          value={values.jitter}
          error={errors.jitter}
          onChange={(event) => change({ jitter: event.currentTarget.value })}
          className={styles.short}
        />
        <p className={styles.hint}>Durations look like 90s, 5m, 1h30m or 1d.</p>
        <NumberInput
          name="failuresToOpen"
          label="Tell somebody after"
          description="Bad runs in a row that open an incident."
          min={1}
          max={100}
          allowDecimal={false}
          value={values.failuresToOpen}
          error={errors.failuresToOpen}
          onChange={(value) => change({ failuresToOpen: Number(value) })}
          suffix={values.failuresToOpen === 1 ? " bad run" : " bad runs"}
          className={styles.short}
        />
        <Radio.Group
          name="overlap"
          label="When two runs are open at once"
          value={values.overlap}
          error={errors.overlap}
          onChange={(overlap) => change({ overlap })}
        >
          <div className={styles.radios}>
            <Radio value="alert" label="Warn: this job should not overlap itself" />
            <Radio value="allow" label="That is fine" />
          </div>
        </Radio.Group>
      </div>
    </Panel>
  );
}

function countedText(counted: CountedJitter | null): string {
  return counted === null ? "" : ` Already counted for ${counted.scheduler}: ${lengthText(counted.jitterMs)}.`;
}
