"use client";

import { Button, FileInput, Radio, Select, TextInput } from "@mantine/core";
import { HOUR, type Millis } from "../../lib/domain/time.ts";
import { WeekHours } from "../base/week-hours.tsx";
import styles from "./calendar.module.css";
import type { WindowValues } from "./window-view.ts";
import { wallText } from "./window-words.ts";

type Props = {
  values: WindowValues;
  errors: Readonly<Record<string, string>>;
  zones: string[];
  /** Its file stays where no other is chosen. */
  hasFile: boolean;
  change: (part: Partial<WindowValues>) => void;
};

/** When a window is open, after its kind. */
export function TimeFields(props: Props) {
  const { values, errors, zones, change } = props;
  return (
    <>
      {values.kind === "once" && <OnceFields {...props} />}
      {values.kind === "weekly" && <WeeklyFields {...props} />}
      {values.kind === "holidays" && <FileField {...props} />}
      <Select
        name="timeZone"
        label="Time zone"
        data={zones}
        value={values.timeZone}
        error={errors.timeZone}
        searchable
        limit={60}
        allowDeselect={false}
        onChange={(timeZone) => change({ timeZone: timeZone ?? values.timeZone })}
        nothingFoundMessage="No such zone. Write a place, such as Riga or New_York, or UTC."
      />
    </>
  );
}

const LENGTHS: readonly [label: string, length: Millis][] = [
  ["1 hour from now", HOUR],
  ["4 hours from now", 4 * HOUR],
  ["1 day from now", 24 * HOUR],
];

function OnceFields({ values, errors, change }: Props) {
  const fromNow = (length: Millis) => {
    const now = Date.now();
    change({ startsAt: wallText(now, values.timeZone), endsAt: wallText(now + length, values.timeZone) });
  };
  return (
    <>
      <div className={styles.pair}>
        <TextInput
          type="datetime-local"
          name="startsAt"
          label="From"
          value={values.startsAt}
          error={errors.startsAt}
          onChange={(event) => change({ startsAt: event.currentTarget.value })}
        />
        <TextInput
          type="datetime-local"
          name="endsAt"
          label="To"
          value={values.endsAt}
          error={errors.endsAt}
          onChange={(event) => change({ endsAt: event.currentTarget.value })}
        />
      </div>
      <div className={styles.lengths} role="group" aria-label="From now on">
        {LENGTHS.map(([label, length]) => (
          <Button key={label} variant="default" size="compact-xs" onClick={() => fromNow(length)}>
            {label}
          </Button>
        ))}
      </div>
    </>
  );
}

function WeeklyFields({ values, errors, change }: Props) {
  return (
    <>
      <WeekHours
        label="On these days"
        values={values}
        errors={{ days: errors.days, from: errors.from, to: errors.to }}
        names={{ from: "from", to: "to" }}
        change={change}
      />
      <Radio.Group
        label="Alerts wait"
        value={values.outside ? "outside" : "inside"}
        onChange={(value) => change({ outside: value === "outside" })}
      >
        <div className={styles.fields} style={{ gap: "0.5rem", paddingTop: "0.375rem" }}>
          <Radio value="inside" label="in these hours, as for maintenance" />
          <Radio value="outside" label="at all other times: these are business hours" />
        </div>
      </Radio.Group>
    </>
  );
}

function FileField({ errors, hasFile, change }: Props) {
  const keep = hasFile ? " Without one, the days of before stay." : "";
  return (
    <FileInput
      label="Calendar file"
      description={`An .ics file of days off, as calendars and countries offer it. Alerts wait on those days.${keep}`}
      placeholder="Choose a file"
      accept=".ics,text/calendar"
      clearable
      clearButtonProps={{ "aria-label": "Take the file out" }}
      error={errors.ics}
      onChange={(file) => {
        if (file === null) change({ ics: "" });
        else void file.text().then((ics) => change({ ics }));
      }}
    />
  );
}
