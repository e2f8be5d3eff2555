import { type Millis, SECOND } from "../../lib/domain/time.ts";
import type { Spread } from "../../lib/domain/usual.ts";
import { lengthText } from "../base/ago.ts";
import { counted } from "../base/counted.ts";
import { Panel } from "../base/panel.tsx";
import styles from "./job.module.css";
import { latenessText, mostWords, weekdayWord } from "./usual-words.ts";

export type UsualView = {
  /** Good runs that it comes from. */
  runs: number;
  duration: Spread | null;
  lateness: Spread | null;
  /** What the first sign of a run mostly is. */
  sign: "start" | "end";
  /** Those on which runs take much longer or less long. */
  weekdays: { weekday: number; duration: Spread }[];
};

/** What the job usually does; nothing before enough is known. */
export function UsualPanel({ usual }: { usual: UsualView }) {
  const { runs, duration, lateness, sign, weekdays } = usual;
  if (duration === null && lateness === null) return null;
  return (
    <Panel title="Usually" note={`last ${counted(runs, "good run")}`}>
      <dl className={styles.facts}>
        {duration !== null && (
          <>
            <dt>Takes</dt>
            <dd>
              {lengthText(duration.median)}
              <Most p95={duration.p95} />
            </dd>
          </>
        )}
        {weekdays.map((day) => (
          <Weekday key={day.weekday} {...day} />
        ))}
        {lateness !== null && (
          <>
            <dt>{sign === "start" ? "Starts" : "Ends come"}</dt>
            <dd>
              {latenessText(lateness.median)}
              {lateness.p95 >= SECOND && <Most p95={lateness.p95} />}
            </dd>
          </>
        )}
      </dl>
    </Panel>
  );
}

function Weekday({ weekday, duration }: UsualView["weekdays"][number]) {
  return (
    <>
      <dt>On {weekdayWord(weekday)}</dt>
      <dd>
        {lengthText(duration.median)}
        <Most p95={duration.p95} />
      </dd>
    </>
  );
}

function Most({ p95 }: { p95: Millis }) {
  return (
    <>
      , <span className={styles.most}>{mostWords(p95)}</span>
    </>
  );
}
