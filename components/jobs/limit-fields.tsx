"use client";

import { TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { Millis } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { Panel } from "../base/panel.tsx";
import styles from "./job-form.module.css";
import type { JobFormValues, SuggestedLimits } from "./job-form-values.ts";
import { Suggestion } from "./suggestion.tsx";

/** What a scheduler adds by itself. */
export type CountedJitter = { scheduler: string; jitterMs: Millis };

type Props = {
  values: JobFormValues;
  errors: Readonly<Record<string, string>>;
  counted: CountedJitter | null;
  suggested: SuggestedLimits | null;
  change: (part: Partial<JobFormValues>) => void;
};

type LimitName = "grace" | "maxRuntime" | "minRuntime" | "jitter";

/** Grace, longest and shortest run, jitter: what a run is held against. */
export function LimitFields({ values, errors, counted, suggested, change }: Props) {
  const field = (name: LimitName, words: { label: string; description: string; placeholder: string }): ReactNode => (
    <TextInput
      name={name}
      {...words}
      value={values[name]}
      error={errors[name]}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
    />
  );
  const suggestion = (name: LimitName, ms: Millis | null): ReactNode =>
    suggested !== null &&
    ms !== null && (
      <Suggestion ms={ms} runs={suggested.runs} value={values[name]} onTake={(text) => change({ [name]: text })} />
    );
  return (
    <Panel title="When it counts as trouble">
      <div className={styles.fields}>
        <div className={styles.columns}>
          <div className={styles.field}>
            {field("grace", {
              label: "Grace time",
              description: "How late the first sign of a run may be.",
              placeholder: "a fifth of the interval, 1 min to 1 h",
            })}
            {suggestion("grace", suggested?.graceMs ?? null)}
          </div>
          <div className={styles.field}>
            {field("maxRuntime", {
              label: "Longest run time",
              description: "From start to end. Needs a start ping.",
              placeholder: "no limit",
            })}
            {suggestion("maxRuntime", suggested?.maxRuntimeMs ?? null)}
          </div>
        </div>
        <div className={styles.pair}>
          {field("minRuntime", {
            label: "Shortest run time",
            description: "A success sooner than this counts as failed: such a run has done nothing.",
            placeholder: "no limit",
          })}
          {field("jitter", {
            label: "Jitter",
            description: `RandomizedDelaySec, RANDOM_DELAY or a flexible window: what the scheduler adds by itself.${countedText(counted)}`,
            placeholder: "none",
          })}
        </div>
        <p className={styles.hint}>Durations look like 90s, 5m, 1h30m or 1d.</p>
      </div>
    </Panel>
  );
}

function countedText(counted: CountedJitter | null): string {
  return counted === null ? "" : ` Already counted for ${counted.scheduler}: ${lengthText(counted.jitterMs)}.`;
}
