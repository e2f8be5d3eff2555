"use client";

import { NumberInput, Radio } from "@mantine/core";
import { Panel } from "../base/panel.tsx";
import styles from "./job-form.module.css";
import type { JobFormValues } from "./job-form-values.ts";

type Props = {
  values: JobFormValues;
  errors: Readonly<Record<string, string>>;
  change: (part: Partial<JobFormValues>) => void;
};

/** Failures in a row, overlaps and unusual runs: when somebody is told. */
export function TellFields({ values, errors, change }: Props) {
  return (
    <Panel title="When somebody is told">
      <div className={styles.fields}>
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
        <Radio.Group
          name="unusual"
          label="When a run takes far longer or less long than usual"
          description="Learned from the latest good runs: over three times as long as nearly all of them, or under a third. Needs start pings or durations, and ten runs."
          value={values.unusual}
          error={errors.unusual}
          onChange={(unusual) => change({ unusual })}
        >
          <div className={styles.radios}>
            <Radio value="alert" label="Warn, without calling the job down" />
            <Radio value="ignore" label="Only mark it among the runs" />
          </div>
        </Radio.Group>
      </div>
    </Panel>
  );
}
