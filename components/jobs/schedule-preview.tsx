"use client";

import { useNow, useViewerZone } from "../base/clock.tsx";
import { untilText } from "../base/ago.ts";
import { clockText, dayText, fullText } from "../base/zoned.ts";
import type { PreviewAnswer } from "./job-form-values.ts";
import styles from "./schedule-preview.module.css";

/** The schedule as a sentence and its next occurrences, in its own zone and in the viewer's. */
export function SchedulePreview({ answer, timeZone }: { answer: PreviewAnswer | null; timeZone: string }) {
  if (answer === null || !answer.ok) {
    return (
      <div className={styles.preview} aria-live="polite">
        <p className={styles.words}>{answer === null ? "Reading the schedule…" : "The next runs show here."}</p>
      </div>
    );
  }
  return (
    <div className={styles.preview} aria-live="polite">
      <p className={styles.words}>{answer.kind === "none" ? "Runs at no fixed time." : `${answer.words}.`}</p>
      {answer.kind === "none" && (
        <p className={styles.note}>
          Nothing is expected, so nothing can be missed. Failures, overlaps and runs that take too long are still told.
        </p>
      )}
      {answer.kind === "interval" && (
        <p className={styles.note}>Counted from each run’s start, so these are an example.</p>
      )}
      {answer.next.length > 0 && <Occurrences next={answer.next} timeZone={answer.kind === "cron" ? timeZone : null} />}
    </div>
  );
}

/** Coming occurrences; `timeZone` is the schedule's own, null where it has none. */
export function Occurrences({ next, timeZone }: { next: number[]; timeZone: string | null }) {
  const viewerZone = useViewerZone();
  const now = useNow();
  const own = timeZone ?? viewerZone;
  return (
    <ol className={styles.next} aria-label="Next occurrences">
      {next.map((at) => (
        <li key={at} className={styles.row}>
          <time dateTime={new Date(at).toISOString()} title={`${fullText(at, "UTC")} UTC`} className={styles.time}>
            {fullText(at, own).slice(0, 3)} {dayText(at, own, now)} <b>{clockText(at, own, at % 60_000 !== 0)}</b>
          </time>
          {own !== viewerZone && (
            <span className={styles.local}>
              {dayText(at, viewerZone, now)} {clockText(at, viewerZone)} your time
            </span>
          )}
          <span className={styles.until}>{untilText(at, now)}</span>
        </li>
      ))}
    </ol>
  );
}
