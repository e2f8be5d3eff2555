"use client";

import { Button } from "@mantine/core";
import Link from "next/link";
import { useState, useTransition } from "react";
import type { FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import { AboutFields } from "./about-fields.tsx";
import { ChannelPicker } from "./channel-picker.tsx";
import styles from "./job-form.module.css";
import type {
  ChannelChoice,
  DialectChoice,
  JobFormValues,
  PreviewAnswer,
  ScheduleInput,
  SuggestedLimits,
} from "./job-form-values.ts";
import { type CountedJitter, LimitFields } from "./limit-fields.tsx";
import { PolicyFields } from "./policy-fields.tsx";
import { ScheduleFields } from "./schedule-fields.tsx";
import { TellFields } from "./tell-fields.tsx";
import { UpstreamFields } from "./upstream-fields.tsx";
import { useSchedulePreview } from "./use-schedule-preview.ts";

type Props = {
  initial: JobFormValues;
  /** A new job takes the viewer's zone. */
  isNew: boolean;
  channels: ChannelChoice[];
  /** Of the project's other jobs, as far as they are offered. */
  slugs: string[];
  zones: string[];
  dialects: DialectChoice[];
  /** Null for a new job. */
  suggested: SuggestedLimits | null;
  cancelHref: string;
  /** Saves and goes to the job; gives back what is wrong. */
  save: (values: JobFormValues) => Promise<FormState<JobFormValues> | null>;
  preview: (input: ScheduleInput) => Promise<PreviewAnswer>;
};

export function JobForm(props: Props) {
  const { initial, isNew, channels, slugs, zones, dialects, suggested, cancelHref, save, preview } = props;
  const [values, setValues] = useState(initial);
  const [failure, setFailure] = useState<FormState<JobFormValues> | null>(null);
  const [saving, start] = useTransition();
  const meaning = useSchedulePreview(values, preview);
  const errors = failure?.fieldErrors ?? {};
  const change = (part: Partial<JobFormValues>) => setValues((before) => ({ ...before, ...part }));

  const submit = () =>
    start(async () => {
      const answer = await save(values);
      setFailure(answer);
      const field = Object.keys(answer?.fieldErrors ?? {})[0];
      if (field !== undefined) document.querySelector<HTMLElement>(`[name="${field}"]`)?.focus();
    });

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {failure?.error && (
        <Note tone="down" role="alert">
          <p>{failure.error}</p>
        </Note>
      )}
      <AboutFields values={values} errors={errors} isNew={isNew} change={change} />
      <ScheduleFields
        values={values}
        errors={errors}
        zones={zones}
        dialects={dialects}
        adoptViewerZone={isNew}
        change={change}
        answer={meaning}
      />
      <LimitFields
        values={values}
        errors={errors}
        counted={countedJitter(meaning)}
        suggested={suggested}
        change={change}
      />
      <TellFields values={values} errors={errors} change={change} />
      <UpstreamFields values={values} errors={errors} slugs={slugs} change={change} />
      <PolicyFields
        policy={values.pingPolicy}
        errors={errors}
        change={(part) => change({ pingPolicy: { ...values.pingPolicy, ...part } })}
      />
      <ChannelPicker
        channels={channels}
        chosen={values.channelIds}
        error={errors.channelIds}
        onChange={(channelIds) => change({ channelIds })}
      />
      <div className={styles.buttons}>
        <Button type="submit" loading={saving}>
          {isNew ? "Make the job" : "Save"}
        </Button>
        <Button component={Link} href={cancelHref} variant="default">
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** The delay of the scheduler itself that needs no jitter of the job's; null where there is none. */
function countedJitter(answer: PreviewAnswer | null): CountedJitter | null {
  if (answer === null || !answer.ok || answer.reading.jitterMs === 0) return null;
  const { scheduler, jitterMs } = answer.reading;
  return scheduler === null ? null : { scheduler, jitterMs };
}
