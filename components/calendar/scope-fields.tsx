"use client";

import { Radio, TagsInput } from "@mantine/core";
import styles from "./calendar.module.css";
import type { WindowChoices, WindowValues } from "./window-view.ts";

type Props = {
  values: WindowValues;
  errors: Readonly<Record<string, string>>;
  choices: WindowChoices;
  change: (part: Partial<WindowValues>) => void;
};

/** Whose alerts wait. */
export function ScopeFields({ values, errors, choices, change }: Props) {
  return (
    <div className={styles.fields}>
      <Radio.Group
        label="Whose alerts wait"
        value={values.everywhere ? "all" : "some"}
        onChange={(value) => change({ everywhere: value === "all" })}
      >
        <div className={styles.fields} style={{ gap: "0.5rem", paddingTop: "0.375rem" }}>
          <Radio value="all" label="Those of the whole project" />
          <Radio value="some" label="Those of some jobs, by any of these" />
        </div>
      </Radio.Group>
      {!values.everywhere && (
        <>
          <TagsInput
            label="Jobs"
            description="By their slugs."
            data={choices.slugs}
            limit={20}
            value={values.jobs}
            error={errors.jobs}
            onChange={(jobs) => change({ jobs })}
          />
          <div className={styles.pair}>
            <TagsInput
              label="Tags"
              description="Every job that has one of them."
              data={choices.tags}
              limit={20}
              value={values.tags}
              error={errors.tags}
              onChange={(tags) => change({ tags })}
            />
            <TagsInput
              label="Hosts"
              description="Every job that ran there last, by name or address."
              value={values.hosts}
              error={errors.hosts}
              onChange={(hosts) => change({ hosts })}
            />
          </div>
        </>
      )}
    </div>
  );
}
