import type { Instant } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { counted } from "../base/counted.ts";
import { Glyph } from "../base/glyph.tsx";
import { ExactMoment } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import styles from "./delivery-log.module.css";

/** One send as it went. */
export type AttemptView = {
  attempt: number;
  startedAt: Instant;
  /** Null where Belfry ended before the answer. */
  finishedAt: Instant | null;
  accepted: boolean | null;
  status: number | null;
  answer: string | null;
};

/** Every attempt of a delivery, folded away: when, how long it took, and what the receiver answered. */
export function DeliveryLog({ log }: { log: AttemptView[] }) {
  if (log.length === 0) return null;
  return (
    <details className={styles.log}>
      <summary>{counted(log.length, "attempt")}</summary>
      <ol className={styles.attempts}>
        {log.map((attempt) => (
          <li key={`${attempt.startedAt} ${attempt.attempt}`}>
            <Glyph
              shape={attempt.accepted === true ? "ok" : "failed"}
              tone={attempt.accepted === true ? "ok" : "down"}
              size={14}
            />
            <span>
              <ExactMoment at={attempt.startedAt} />, {outcomeOf(attempt)}
              {attempt.answer !== null && attempt.answer !== "" && (
                <>
                  : <Said text={attempt.answer} className={styles.answer} />
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}

function outcomeOf({ accepted, startedAt, finishedAt, status }: AttemptView): string {
  if (finishedAt === null) return "no answer on record";
  const taken = accepted === true ? "taken" : "not taken";
  return `${taken} after ${lengthText(finishedAt - startedAt)}${status === null ? "" : ` with ${status}`}`;
}
