"use client";

import type { PreviewAnswer } from "./job-form-values.ts";
import { Occurrences } from "./occurrences.tsx";
import { ScheduleRemarks } from "./schedule-remarks.tsx";
import styles from "./schedule-preview.module.css";

/** The schedule as a sentence, what is odd about it, and its next occurrences. */
export function SchedulePreview({ answer }: { answer: PreviewAnswer | null }) {
  return (
    <div className={styles.preview} aria-live="polite">
      {answer !== null && answer.ok ? (
        <Meaning kind={answer.kind} reading={answer.reading} />
      ) : (
        <p className={styles.words}>{answer === null ? "Reading the schedule…" : "The next runs show here."}</p>
      )}
    </div>
  );
}

function Meaning({ kind, reading }: Omit<Extract<PreviewAnswer, { ok: true }>, "ok">) {
  return (
    <>
      <p className={styles.words}>{kind === "none" ? "Runs at no fixed time." : `${reading.sentence}.`}</p>
      {reading.guessed && <p className={styles.note}>Read as {reading.scheduler} would.</p>}
      {kind === "none" && (
        <p className={styles.note}>
          Nothing is expected, so nothing can be missed. Failures, overlaps and runs that take too long are still told.
        </p>
      )}
      {kind === "interval" && <p className={styles.note}>Counted from each run’s start, so these are an example.</p>}
      <Occurrences next={reading.occurrences} timeZone={reading.timeZone} />
      <ScheduleRemarks reading={reading} />
    </>
  );
}
