"use client";

import { Checkbox, Chip, Select, TextInput } from "@mantine/core";
import { weekdayName } from "../../lib/domain/alerting/weekly-hours.ts";
import styles from "./channels.module.css";
import type { QuietValues } from "./rules-values.ts";

type Props = {
  values: QuietValues;
  errors: Readonly<Record<string, string>>;
  zones: string[];
  change: (part: Partial<QuietValues>) => void;
};

const DAYS = [1, 2, 3, 4, 5, 6, 7];

/** Hours of the week in which a channel is left alone. */
export function QuietFields({ values, errors, zones, change }: Props) {
  const overnight = values.to !== "" && values.to <= values.from;
  return (
    <div className={styles.quiet}>
      <div role="group" aria-label="Days on which they begin">
        <p className={styles.label}>They begin on</p>
        <Chip.Group
          multiple
          value={values.days.map(String)}
          onChange={(days) => change({ days: days.map(Number).toSorted((a, b) => a - b) })}
        >
          <div className={styles.chips}>
            {DAYS.map((day) => (
              <Chip key={day} value={String(day)} size="xs" aria-label={weekdayName(day)}>
                {weekdayName(day).slice(0, 3)}
              </Chip>
            ))}
          </div>
        </Chip.Group>
        {errors.quietDays !== undefined && (
          <p className={styles.error} role="alert">
            {errors.quietDays}
          </p>
        )}
      </div>
      <div className={styles.pair}>
        <TextInput
          type="time"
          name="quietFrom"
          label="From"
          value={values.from}
          error={errors.quietFrom}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          name="quietTo"
          label="To"
          description={overnight ? "On the next day." : undefined}
          inputWrapperOrder={["label", "input", "description", "error"]}
          value={values.to}
          error={errors.quietTo}
          onChange={(event) => change({ to: event.currentTarget.value })}
        />
      </div>
      <Select
        name="quietZone"
        label="Time zone"
        data={zones.includes(values.timeZone) ? zones : [values.timeZone, ...zones]}
        value={values.timeZone}
        error={errors.quietZone}
        searchable
        limit={60}
        allowDeselect={false}
        onChange={(timeZone) => change({ timeZone: timeZone ?? values.timeZone })}
        nothingFoundMessage="No such zone. Write a place, such as Riga or New_York, or UTC."
      />
      <Checkbox
        label="Critical incidents come all the same"
        checked={values.exceptCritical}
        onChange={(event) => change({ exceptCritical: event.currentTarget.checked })}
      />
    </div>
  );
}
