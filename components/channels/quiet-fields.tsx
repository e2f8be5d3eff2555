"use client";

import { Checkbox, Select } from "@mantine/core";
import { WeekHours } from "../base/week-hours.tsx";
import styles from "./channels.module.css";
import type { QuietValues } from "./rules-values.ts";

type Props = {
  values: QuietValues;
  errors: Readonly<Record<string, string>>;
  zones: string[];
  change: (part: Partial<QuietValues>) => void;
};

/** Hours of the week in which a channel is left alone. */
export function QuietFields({ values, errors, zones, change }: Props) {
  return (
    <div className={styles.quiet}>
      <WeekHours
        label="They begin on"
        values={values}
        errors={{ days: errors.quietDays, from: errors.quietFrom, to: errors.quietTo }}
        names={{ from: "quietFrom", to: "quietTo" }}
        change={change}
      />
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
