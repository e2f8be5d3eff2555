"use client";

import type { Occurrence } from "../../lib/domain/schedule/reading.ts";
import { untilText } from "../base/ago.ts";
import { useNow, useViewerZone } from "../base/clock.tsx";
import { clockText, dayText, fullText, offsetText } from "../base/zoned.ts";
import styles from "./schedule-preview.module.css";

type Props = {
  next: readonly Occurrence[];
  /** The schedule's own, null where it has none. */
  timeZone: string | null;
};

/** Coming occurrences by the schedule's clock and the viewer's. */
export function Occurrences({ next, timeZone }: Props) {
  if (next.length === 0) return null;
  return (
    <ol className={styles.next} aria-label="Next occurrences">
      {next.map((occurrence) => (
        <Row key={occurrence.at} {...occurrence} timeZone={timeZone} />
      ))}
    </ol>
  );
}

function Row({ at, offset, optional, note, timeZone }: Occurrence & { timeZone: string | null }) {
  const viewerZone = useViewerZone();
  const now = useNow();
  // With an offset from the server, whose zone data is newer than many a browser's, a local time is read as one in UTC.
  const local = at + (offset ?? 0);
  const zone = offset === null ? viewerZone : "UTC";
  return (
    <li className={optional ? styles.optional : undefined}>
      <div className={styles.row}>
        <time dateTime={new Date(at).toISOString()} title={`${fullText(at, "UTC")} UTC`} className={styles.time}>
          {fullText(local, zone).slice(0, 3)} {dayText(local, zone, now)}{" "}
          <b>{clockText(local, zone, at % 60_000 !== 0)}</b>
          {offset !== null && <span className={styles.offset}> {offsetText(offset)}</span>}
        </time>
        {timeZone !== null && timeZone !== viewerZone && (
          <span className={styles.local}>
            {dayText(at, viewerZone, now)} {clockText(at, viewerZone)} your time
          </span>
        )}
        <span className={styles.until}>{untilText(at, now)}</span>
      </div>
      {note !== null && <p className={styles.note}>{note}</p>}
    </li>
  );
}
