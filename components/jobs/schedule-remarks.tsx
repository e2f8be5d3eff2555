import type { Reading } from "../../lib/domain/schedule/reading.ts";
import { Glyph } from "../base/glyph.tsx";
import styles from "./schedule-preview.module.css";

/** What a schedule does that its author may not expect, and what happens at clock changes beyond the shown slots. */
export function ScheduleRemarks({ reading }: { reading: Reading }) {
  const { warnings, changes, occurrences } = reading;
  const later = changes.filter((change) => occurrences.every(({ note }) => note !== change));
  if (warnings.length + later.length === 0) return null;
  return (
    <ul className={styles.remarks} aria-label="About this schedule">
      {warnings.map((warning) => (
        <li key={warning} className={styles.remark}>
          <Glyph shape="late" tone="late" />
          <span>{warning}</span>
        </li>
      ))}
      {later.map((change) => (
        <li key={change} className={styles.note}>
          {change}
        </li>
      ))}
    </ul>
  );
}
