"use client";

import { Button, Checkbox, TextInput } from "@mantine/core";
import { useActionState } from "react";
import { REPORT_PERIODS, type ReportPeriod } from "../../lib/domain/reports/report-period.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { useViewerZone } from "../base/clock.tsx";
import type { FormState } from "../base/form-state.ts";
import { Until, ZonedMoment } from "../base/moment.tsx";
import { Note } from "../base/note.tsx";
import settings from "../settings/settings.module.css";
import styles from "./reports.module.css";

export type ReportChoice = { periods: string[]; timeZone: string };

export type ReportChoiceState = FormState<ReportChoice> & { saved: boolean };

type Props = {
  subscriptions: { period: ReportPeriod; timeZone: string; nextAt: Instant }[];
  /** Why no mail can be sent, with the fix; null where it can. */
  unavailable: string | null;
  save: (before: ReportChoiceState, form: FormData) => Promise<ReportChoiceState>;
};

const LABELS = { day: "Every day", week: "Every Monday", month: "On the 1st" } as const;

/** Which reports whoever looks gets by mail. */
export function ReportForm({ subscriptions, unavailable, save }: Props) {
  const viewerZone = useViewerZone();
  const chosen = {
    periods: subscriptions.map(({ period }) => period),
    timeZone: subscriptions[0]?.timeZone ?? viewerZone,
  };
  const [state, action, pending] = useActionState(save, {
    ...{ values: chosen, error: null, fieldErrors: {}, saved: false },
  });
  const next = subscriptions.toSorted((a, b) => a.nextAt - b.nextAt)[0];
  return (
    <form action={action} className={settings.stack} noValidate>
      {(unavailable ?? state.error) !== null && (
        <Note tone={state.error === null ? "late" : "down"} role={state.error === null ? undefined : "alert"}>
          <p>{state.error ?? unavailable}</p>
        </Note>
      )}
      <Checkbox.Group
        key={state.values.periods.join(" ")}
        label="Reports by mail to you"
        description="What failed, what is flaky, slow or noisy, and of which jobs nobody would be told. At 08:00."
        defaultValue={state.values.periods}
        error={state.fieldErrors.periods}
      >
        <div className={styles.choices}>
          {REPORT_PERIODS.map((period) => (
            <Checkbox key={period} name="periods" value={period} label={LABELS[period]} mt="xs" />
          ))}
        </div>
      </Checkbox.Group>
      <TextInput
        key={state.values.timeZone}
        name="timeZone"
        label="By the clocks of"
        className={settings.field}
        defaultValue={state.values.timeZone}
        error={state.fieldErrors.timeZone}
      />
      <div className={settings.line}>
        <Button type="submit" loading={pending}>
          Save
        </Button>
        {state.saved && !pending && <span role="status">Saved.</span>}
        {next !== undefined && (
          <span>
            The next leaves <Until at={next.nextAt} due="now" />: <ZonedMoment at={next.nextAt} zone={next.timeZone} />.
          </span>
        )}
      </div>
    </form>
  );
}
