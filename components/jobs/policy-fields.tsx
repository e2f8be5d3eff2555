"use client";

import { Checkbox, Radio, TagsInput } from "@mantine/core";
import { useState } from "react";
import { Panel } from "../base/panel.tsx";
import styles from "./job-form.module.css";
import type { PolicyValues } from "./job-form-values.ts";
import { policyBrief } from "./policy-words.ts";

type Props = {
  policy: PolicyValues;
  errors: Readonly<Record<string, string>>;
  change: (part: Partial<PolicyValues>) => void;
};

type WordsName = "failureWords" | "successWords" | "startWords";

const WORDS: readonly { name: WordsName; label: string; placeholder: string }[] = [
  { name: "failureWords", label: "Words of a failure", placeholder: "ERROR" },
  { name: "successWords", label: "Words of a success", placeholder: "finished" },
  { name: "startWords", label: "Words of a start", placeholder: "started" },
];

const FIELDS: readonly (keyof PolicyValues)[] = [...WORDS.map(({ name }) => name), "methods", "places", "otherwise"];

/** Which requests count, keywords, and how a pause ends; folded, because few jobs need it. */
export function PolicyFields({ policy, errors, change }: Props) {
  const [open, setOpen] = useState(false);
  const wrong = FIELDS.some((field) => errors[field] !== undefined);
  return (
    <Panel title="How pings are read">
      <details open={open || wrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={styles.summary}>{policyBrief(policy)}</summary>
        <div className={`${styles.fields} ${styles.folded}`}>
          <Radio.Group
            name="methods"
            label="Requests that count"
            value={policy.methods}
            error={errors.methods}
            onChange={(methods) => change({ methods })}
          >
            <div className={styles.radios}>
              <Radio value="any" label="GET, HEAD and POST" />
              <Radio value="post" label="Only POST: previews of links and scanners change nothing" />
            </div>
          </Radio.Group>
          <Keywords policy={policy} errors={errors} change={change} />
          <Checkbox
            name="manualResume"
            label="Once paused, stay so until a person resumes it"
            description="Otherwise the next success ends the pause."
            checked={policy.manualResume}
            onChange={(event) => change({ manualResume: event.currentTarget.checked })}
          />
        </div>
      </details>
    </Panel>
  );
}

function Keywords({ policy, errors, change }: Props) {
  const any = WORDS.some(({ name }) => policy[name].length > 0);
  return (
    <>
      <p className={styles.hint}>
        Keywords say what happened, whatever the address says: a failure goes before a success, a success before a
        start. Case counts.
      </p>
      {WORDS.map(({ name, label, placeholder }) => (
        <TagsInput
          key={name}
          name={name}
          label={label}
          placeholder={policy[name].length === 0 ? placeholder : ""}
          value={policy[name]}
          error={errors[name]}
          onChange={(words) => change({ [name]: words })}
          maxTags={20}
        />
      ))}
      {any && (
        <>
          <Checkbox.Group
            label="Looked for in"
            value={policy.places}
            error={errors.places}
            onChange={(places) => change({ places })}
          >
            <div className={styles.radios}>
              <Checkbox name="places" value="http" label="The body of requests" />
              <Checkbox value="subject" label="The subject of mails" />
              <Checkbox value="mail" label="The text of mails" />
            </div>
          </Checkbox.Group>
          <Radio.Group
            name="otherwise"
            label="Where none is found"
            value={policy.otherwise}
            error={errors.otherwise}
            onChange={(otherwise) => change({ otherwise })}
          >
            <div className={styles.radios}>
              <Radio value="ignore" label="Keep the ping, and change nothing" />
              <Radio value="fail" label="It is a failure" />
            </div>
          </Radio.Group>
        </>
      )}
    </>
  );
}
