import { lengthText } from "../base/ago.ts";
import { Glyph } from "../base/glyph.tsx";
import { Ago } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import tones from "../base/tone.module.css";
import { type DrillResultView, type DrillView, resultWords } from "./drill-view.ts";
import styles from "./drills.module.css";

/** Which channels a drill reached, what their receivers said, and where somebody confirmed it. */
export function DrillResults({ drill }: { drill: DrillView }) {
  if (drill.results.length === 0) {
    return <p className={styles.none}>There was no channel to send it over, and nobody to mail it to.</p>;
  }
  return (
    <ul className={styles.list}>
      {drill.results.map((result) => (
        <li key={result.deliveryId} className={styles.item}>
          <div>
            <p className={styles.name}>
              <Said text={result.to} />
            </p>
            <p className={styles.soft}>{result.kindLabel}</p>
          </div>
          <Result result={result} startedAt={drill.startedAt} />
          <Seen result={result} />
        </li>
      ))}
    </ul>
  );
}

function Result({ result, startedAt }: { result: DrillResultView; startedAt: number }) {
  const { label, tone, shape } = resultWords(result);
  const { sentAt, status, answer } = result;
  return (
    <div className={styles.result}>
      <p>
        <span className={`${tones.label} ${tones[tone]}`}>
          <Glyph shape={shape} tone={tone} size={14} />
          {label}
        </span>
        {sentAt !== null && <span className={styles.soft}> after {lengthText(Math.max(0, sentAt - startedAt))}</span>}
      </p>
      {answer !== null && answer !== "" && (
        <p className={styles.answer}>
          It answered: {status !== null && !answer.startsWith(String(status)) && `${status} `}
          <Said text={answer} />
        </p>
      )}
    </div>
  );
}

function Seen({ result: { seenAt, seenBy, state } }: { result: DrillResultView }) {
  if (seenAt === null) return <p className={styles.soft}>{state === "sent" && "Nobody has confirmed it yet."}</p>;
  return (
    <p>
      <span className={`${tones.label} ${tones.ok}`}>
        <Glyph shape="ok" tone="ok" size={14} />
        seen
      </span>{" "}
      <span className={styles.soft}>
        {seenBy !== null && (
          <>
            by <Said text={seenBy} />{" "}
          </>
        )}
        <Ago at={seenAt} suffix />
      </span>
    </p>
  );
}
