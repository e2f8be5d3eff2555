"use client";

import { TagsInput, Textarea, TextInput } from "@mantine/core";
import { Panel } from "../base/panel.tsx";
import styles from "./job-form.module.css";
import type { JobFormValues } from "./job-form-values.ts";

type Props = {
  values: JobFormValues;
  errors: Readonly<Record<string, string>>;
  isNew: boolean;
  change: (part: Partial<JobFormValues>) => void;
};

/** Name, slug, environment, tags and notes. */
export function AboutFields({ values, errors, isNew, change }: Props) {
  return (
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
        <div className={styles.pair}>
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
          <TextInput
            name="environment"
            label="Environment"
            description="Jobs may share a slug in several; pings then name one, as in env=staging."
            placeholder="production"
            value={values.environment}
            error={errors.environment}
            onChange={(event) => change({ environment: event.currentTarget.value })}
          />
        </div>
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
  );
}
