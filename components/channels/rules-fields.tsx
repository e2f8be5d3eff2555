"use client";

import { Chip, NumberInput, Switch, TagsInput } from "@mantine/core";
import { rulesInWords } from "../../lib/domain/alerting/channel-rules-words.ts";
import { useViewerZone } from "../base/clock.tsx";
import styles from "./channels.module.css";
import { QuietFields } from "./quiet-fields.tsx";
import { newQuiet, rulesOf, type RulesValues } from "./rules-values.ts";

type Props = {
  values: RulesValues;
  errors: Readonly<Record<string, string>>;
  zones: string[];
  change: (part: Partial<RulesValues>) => void;
};

const EVENTS = [
  { value: "opened", label: "Alarms" },
  { value: "reminder", label: "Reminders" },
  { value: "resolved", label: "All-clears" },
];

const SEVERITIES = [
  { value: "critical", label: "Critical incidents" },
  { value: "warning", label: "Warnings" },
];

/** Which alerts a channel takes and when, with a sentence that reads it aloud. */
export function RulesFields({ values, errors, zones, change }: Props) {
  const viewerZone = useViewerZone();
  const { events, severities, tags, delayMinutes, quietHours } = values;
  const impossible = events.length === 0 || severities.length === 0;
  return (
    <fieldset className={styles.rules}>
      <legend className={styles.legend}>Which alerts it takes, and when</legend>
      <p className={styles.aloud} role="status">
        {impossible ? "Takes nothing." : rulesInWords(rulesOf(values))}
      </p>
      <Choice
        label="What it tells"
        choices={EVENTS}
        chosen={events}
        error={errors.events}
        name="events"
        change={change}
      />
      <Choice
        label="How serious it must be"
        choices={SEVERITIES}
        chosen={severities}
        error={errors.severities}
        name="severities"
        change={change}
      />
      <TagsInput
        name="tags"
        label="Only jobs with one of these tags"
        description="Left empty, all jobs."
        value={tags}
        error={errors.tags}
        splitChars={[",", " "]}
        onChange={(next) => change({ tags: next })}
      />
      <NumberInput
        name="delayMinutes"
        label="Wait before telling"
        description="Told only if nobody has acknowledged the incident until then: for whoever is next in line."
        min={0}
        max={1440}
        allowDecimal={false}
        suffix=" min"
        value={delayMinutes}
        error={errors.delayMinutes}
        onChange={(next) => change({ delayMinutes: next })}
      />
      <Switch
        label="Quiet hours"
        description="What comes then waits for their end."
        checked={quietHours !== null}
        onChange={(event) => change({ quietHours: event.currentTarget.checked ? newQuiet(viewerZone) : null })}
      />
      {quietHours !== null && (
        <QuietFields
          values={quietHours}
          errors={errors}
          zones={zones}
          change={(part) => change({ quietHours: { ...quietHours, ...part } })}
        />
      )}
    </fieldset>
  );
}

type ChoiceProps = {
  label: string;
  name: "events" | "severities";
  choices: readonly { value: string; label: string }[];
  chosen: string[];
  error: string | undefined;
  change: (part: Partial<RulesValues>) => void;
};

function Choice({ label, name, choices, chosen, error, change }: ChoiceProps) {
  return (
    <div role="group" aria-label={label}>
      <p className={styles.label}>{label}</p>
      <Chip.Group multiple value={chosen} onChange={(next) => change({ [name]: next })}>
        <div className={styles.chips}>
          {choices.map(({ value, label: words }) => (
            <Chip key={value} value={value} size="xs">
              {words}
            </Chip>
          ))}
        </div>
      </Chip.Group>
      {error !== undefined && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
