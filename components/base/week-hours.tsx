"use client";

import { Chip, TextInput } from "@mantine/core";
import { weekdayName } from "../../lib/domain/alerting/weekly-hours.ts";
import styles from "./week-hours.module.css";

/** 1 Monday … 7 Sunday; times as inputs have them. */
type Hours = { days: readonly number[]; from: string; to: string };

type Props = {
  /** What stands before the days. */
  label: string;
  values: Hours;
  errors: { days: string | undefined; from: string | undefined; to: string | undefined };
  /** As forms send them. */
  names: { from: string; to: string };
  change: (part: Partial<{ days: number[]; from: string; to: string }>) => void;
};

const DAYS = [1, 2, 3, 4, 5, 6, 7];

/** Hours that come back every week: the days on which they begin, from when, and until when. */
export function WeekHours({ label, values, errors, names, change }: Props) {
  const overnight = values.to !== "" && values.to <= values.from;
  return (
    <>
      <div role="group" aria-label="Days on which they begin">
        <p className={styles.label}>{label}</p>
        <Chip.Group
          multiple
          value={values.days.map(String)}
          onChange={(days) => change({ days: days.map(Number).toSorted((a, b) => a - b) })}
        >
          <div className={styles.days}>
            {DAYS.map((day) => (
              <Chip key={day} value={String(day)} size="xs" aria-label={weekdayName(day)}>
                {weekdayName(day).slice(0, 3)}
              </Chip>
            ))}
          </div>
        </Chip.Group>
        {errors.days !== undefined && (
          <p className={styles.error} role="alert">
            {errors.days}
          </p>
        )}
      </div>
      <div className={styles.pair}>
        <TextInput
          type="time"
          name={names.from}
          label="From"
          value={values.from}
          error={errors.from}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          name={names.to}
          label="To"
          description={overnight ? "On the next day." : undefined}
          inputWrapperOrder={["label", "input", "description", "error"]}
          value={values.to}
          error={errors.to}
          onChange={(event) => change({ to: event.currentTarget.value })}
        />
      </div>
    </>
  );
}
