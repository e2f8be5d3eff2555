"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState, useTransition } from "react";
import type { FormAnswer, FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import type { KindView, ProjectChoice } from "./channel-view.ts";
import styles from "./channels.module.css";
import { ProjectsField } from "./projects-field.tsx";
import { RulesFields } from "./rules-fields.tsx";
import { type RulesValues, rulesValuesOf } from "./rules-values.ts";
import { SettingInput } from "./setting-input.tsx";

export type ChannelFormValues = {
  kind: string;
  name: string;
  settings: Record<string, string>;
  rules: RulesValues;
  projects: string[];
};

type Props = {
  kinds: KindView[];
  zones: string[];
  /** Other projects that whoever looks may let it serve. */
  projects: readonly ProjectChoice[];
  save: (values: ChannelFormValues) => Promise<FormAnswer<ChannelFormValues>>;
};

/** Adds a way to reach people. */
export function ChannelForm({ kinds, zones, projects, save }: Props) {
  const first = kinds.find((kind) => kind.unavailable === null) ?? kinds[0];
  const empty: ChannelFormValues = {
    ...{ kind: first?.kind ?? "", name: "", settings: {} },
    ...{ rules: rulesValuesOf({}), projects: [] },
  };
  const [values, setValues] = useState(empty);
  const [failure, setFailure] = useState<FormState<ChannelFormValues> | null>(null);
  const [saving, start] = useTransition();
  const kind = kinds.find((known) => known.kind === values.kind);
  const errors = failure?.fieldErrors ?? {};
  const change = (part: Partial<ChannelFormValues>) => setValues((before) => ({ ...before, ...part }));

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
          setValues({ ...empty, kind: values.kind });
        });
      }}
    >
      <Select
        label="Kind"
        data={kinds.map(({ kind: value, label }) => ({ value, label }))}
        value={values.kind}
        searchable
        allowDeselect={false}
        description={kind?.hint}
        onChange={(next) => {
          change({ kind: next ?? values.kind, settings: {} });
          setFailure(null);
        }}
      />
      {kind?.unavailable ? (
        <Note tone="late">
          <p>{kind.unavailable}</p>
        </Note>
      ) : (
        <>
          {kind?.fields.map((field) => (
            <SettingInput
              key={`${kind.kind} ${field.name}`}
              field={field}
              value={values.settings[field.name] ?? ""}
              error={errors[field.name]}
              onChange={(text) => change({ settings: { ...values.settings, [field.name]: text } })}
            />
          ))}
          <TextInput
            name="name"
            label="Name"
            description="Left empty, it is called after its kind."
            placeholder={kind?.label ?? ""}
            value={values.name}
            error={errors.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <RulesFields
            values={values.rules}
            errors={errors}
            zones={zones}
            change={(part) => setValues((before) => ({ ...before, rules: { ...before.rules, ...part } }))}
          />
          <ProjectsField
            choices={projects}
            served={[]}
            values={values.projects}
            error={errors.projects}
            change={(next) => change({ projects: next })}
          />
          {failure?.error && (
            <Note tone="down" role="alert">
              <p>{failure.error}</p>
            </Note>
          )}
          <div>
            <Button type="submit" loading={saving}>
              Add the channel
            </Button>
          </div>
        </>
      )}
    </form>
  );
}
