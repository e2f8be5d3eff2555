"use client";

import { Button, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState, useTransition } from "react";
import type { FormAnswer, FormState } from "../base/form-state.ts";
import { Note } from "../base/note.tsx";
import type { ChannelView, FieldView, ProjectChoice, SettingsView } from "./channel-view.ts";
import styles from "./channels.module.css";
import { ProjectsField } from "./projects-field.tsx";
import { RulesFields } from "./rules-fields.tsx";
import { type RulesValues, rulesValuesOf } from "./rules-values.ts";
import { SettingsFields, type SettingsValues } from "./settings-fields.tsx";

export type ChannelEditValues = { name: string; settings: SettingsValues; rules: RulesValues; projects: string[] };

type Props = {
  channel: ChannelView;
  /** What its kind asks for; empty where this installation cannot use it. */
  fields: readonly FieldView[];
  settings: SettingsView;
  zones: string[];
  /** Other projects that whoever looks may let it serve. */
  projects: readonly ProjectChoice[];
  save: (channelId: string, values: ChannelEditValues) => Promise<FormAnswer<ChannelEditValues>>;
  onClose: () => void;
};

/** Changes a channel's name, its settings, its rules and whom it serves. */
export function ChannelEdit({ channel, fields, settings, zones, projects, save, onClose }: Props) {
  const [values, setValues] = useState<ChannelEditValues>({
    name: channel.name,
    settings: Object.fromEntries(fields.map(({ name }) => [name, settings.values[name] ?? ""])),
    rules: rulesValuesOf(channel.rules),
    projects: channel.projects.map(({ id }) => id),
  });
  const [failure, setFailure] = useState<FormState<ChannelEditValues> | null>(null);
  const [saving, start] = useTransition();
  const errors = failure?.fieldErrors ?? {};
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        start(async () => {
          const answer = await save(channel.id, values);
          setFailure(answer.failure);
          if (answer.failure !== null) return;
          notifications.show({ message: answer.said, color: "gray" });
          onClose();
        });
      }}
    >
      <TextInput
        name="name"
        label="Name"
        value={values.name}
        error={errors.name}
        data-autofocus
        onChange={(event) => {
          const name = event.currentTarget.value;
          setValues((before) => ({ ...before, name }));
        }}
      />
      <SettingsFields
        fields={fields}
        settings={settings}
        values={values.settings}
        errors={errors}
        change={(part) => setValues((before) => ({ ...before, settings: { ...before.settings, ...part } }))}
      />
      <RulesFields
        values={values.rules}
        errors={errors}
        zones={zones}
        change={(part) => setValues((before) => ({ ...before, rules: { ...before.rules, ...part } }))}
      />
      <ProjectsField
        choices={projects}
        served={channel.projects}
        values={values.projects}
        error={errors.projects}
        change={(next) => setValues((before) => ({ ...before, projects: next }))}
      />
      <p className={styles.soft}>
        What waits for this channel already goes by its rules of before, and by the settings of now.
      </p>
      {failure?.error && (
        <Note tone="down" role="alert">
          <p>{failure.error}</p>
        </Note>
      )}
      <div className={styles.formButtons}>
        <Button type="submit" loading={saving}>
          Save
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
