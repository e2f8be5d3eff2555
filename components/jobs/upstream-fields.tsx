"use client";

import { TagsInput } from "@mantine/core";
import { Panel } from "../base/panel.tsx";
import styles from "./job-form.module.css";
import type { JobFormValues } from "./job-form-values.ts";

type Props = {
  values: JobFormValues;
  errors: Readonly<Record<string, string>>;
  /** Slugs to choose from; others may be typed. */
  slugs: string[];
  change: (part: Partial<JobFormValues>) => void;
};

/** Which jobs it cannot do its work without. */
export function UpstreamFields({ values, errors, slugs, change }: Props) {
  return (
    <Panel title="What it waits for">
      <TagsInput
        name="upstreams"
        label="Upstream jobs"
        description="Slugs of jobs without which this one cannot do its work. While one of them is down, nobody is told of this one: its own alarm is enough."
        placeholder={values.upstreams.length === 0 ? "db-backup" : ""}
        data={slugs}
        limit={50}
        value={values.upstreams}
        error={errors.upstreams}
        onChange={(upstreams) => change({ upstreams })}
        splitChars={[",", " "]}
        className={styles.field}
      />
    </Panel>
  );
}
