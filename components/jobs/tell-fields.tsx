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

/** How many bad runs open an incident and how many good ones close it, and which warnings are wanted. */
export function TellFields({ values, errors, change }: Props) {
  return (
    <Panel title="When somebody is told">
      <div className={styles.fields}>
        <CountFields values={values} errors={errors} change={change} />
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
        <Radio.Group
          name="tooOften"
          label="When it runs far more often than its schedule says"
          description="More than twice as many good runs as a cron schedule has slots, over several slots."
          value={values.tooOften}
          error={errors.tooOften}
          onChange={(tooOften) => change({ tooOften })}
        >
          <div className={styles.radios}>
            <Radio value="alert" label="Warn, without calling the job down" />
            <Radio value="ignore" label="That is fine" />
          </div>
        </Radio.Group>
      </div>
    </Panel>
  );
}

function CountFields({ values, errors, change }: Props) {
  return (
    <>
      <div className={styles.columns}>
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
        />
        <NumberInput
          name="failureWindow"
          label="Or among the latest"
          description="So many bad ones of these, 8 at most."
          placeholder="only in a row"
          min={1}
          max={8}
          allowDecimal={false}
          value={values.failureWindow ?? ""}
          error={errors.failureWindow}
          onChange={(value) => change({ failureWindow: value === "" ? null : Number(value) })}
          suffix=" runs"
        />
      </div>
      <NumberInput
        name="successesToClose"
        label="Call it recovered after"
        description="Good runs in a row that close an incident."
        min={1}
        max={100}
        allowDecimal={false}
        value={values.successesToClose}
        error={errors.successesToClose}
        onChange={(value) => change({ successesToClose: Number(value) })}
        suffix={values.successesToClose === 1 ? " good run" : " good runs"}
        className={styles.short}
      />
    </>
  );
}
