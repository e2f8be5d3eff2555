"use client";

import { Button, NumberInput, Radio, TagsInput, Textarea, TextInput } from "@mantine/core";
import Link from "next/link";
import { useState, useTransition } from "react";
import type { FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import { Panel } from "../base/panel.tsx";
import { ChannelPicker } from "./channel-picker.tsx";
import styles from "./job-form.module.css";
import type { ChannelChoice, JobFormValues, PreviewAnswer } from "./job-form-values.ts";
import { ScheduleFields } from "./schedule-fields.tsx";

type Props = {
  initial: JobFormValues;
  /** A new job takes the viewer's zone. */
  isNew: boolean;
  channels: ChannelChoice[];
  zones: string[];
  cancelHref: string;
  /** Saves and goes to the job; gives back what is wrong. */
  save: (values: JobFormValues) => Promise<FormState<JobFormValues> | null>;
  preview: (input: { schedule: string; timeZone: string }) => Promise<PreviewAnswer>;
};

export function JobForm({ initial, isNew, channels, zones, cancelHref, save, preview }: Props) {
  const [values, setValues] = useState(initial);
  const [failure, setFailure] = useState<FormState<JobFormValues> | null>(null);
  const [saving, start] = useTransition();
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
      <Panel title="What it is">
        <div className={styles.fields}>
          <TextInput
            name="name"
            label="Name"
            placeholder="Nightly database backup"
            value={values.name}
            error={errors.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            autoFocus={isNew}
            data-autofocus={isNew}
          />
          <TextInput
            name="slug"
            label="Slug"
            description="Its short name in ping addresses. Left empty, it is made from the name."
            placeholder="nightly-database-backup"
            value={values.slug}
            error={errors.slug}
            onChange={(event) => change({ slug: event.currentTarget.value })}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <TagsInput
            name="tags"
            label="Tags"
            description="Press Enter after each."
            placeholder={values.tags.length === 0 ? "backup, db" : ""}
            value={values.tags}
            error={errors.tags}
            onChange={(tags) => change({ tags })}
            splitChars={[",", " "]}
          />
          <Textarea
            name="description"
            label="Notes"
            description="What whoever is woken by it should know."
            value={values.description}
            error={errors.description}
            onChange={(event) => change({ description: event.currentTarget.value })}
            autosize
            minRows={2}
          />
        </div>
      </Panel>
      <ScheduleFields
        values={values}
        errors={errors}
        zones={zones}
        adoptViewerZone={isNew}
        change={change}
        preview={preview}
      />
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
