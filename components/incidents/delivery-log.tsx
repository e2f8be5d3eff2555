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

/**
 * Every attempt of a delivery, folded away: when, how long it took, and what the receiver answered. `ended`: how many were
 * made and are over; of those that are not in the log Belfry did not live to hear the answer.
 */
export function DeliveryLog({ log, ended }: { log: AttemptView[]; ended: number }) {
  const lost = countLost(log, ended);
  if (log.length + lost === 0) return null;
  return (
    <details className={styles.log}>
      <summary>{counted(log.length + lost, "attempt")}</summary>
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
        {lost > 0 && (
          <li>
            <Glyph shape="failed" tone="quiet" size={14} />
            <span>{lostText(lost)}</span>
          </li>
        )}
      </ol>
    </details>
  );
}

/** A replay counts from 1 again. */
function countLost(log: readonly AttemptView[], ended: number): number {
  const begin = log.findLastIndex(({ attempt }, index) => attempt <= (log[index - 1]?.attempt ?? Infinity));
  return Math.max(0, ended - (log.length - Math.max(0, begin)));
}

function lostText(lost: number): string {
  const [what, may] = lost === 1 ? ["1 has", "it"] : [`${lost} have`, "they"];
  return `${what} no answer on record, as Belfry ended before that came: ${may} may have arrived.`;
}

function outcomeOf({ accepted, startedAt, finishedAt, status }: AttemptView): string {
  if (finishedAt === null) return "no answer on record";
  const taken = accepted === true ? "taken" : "not taken";
  return `${taken} after ${lengthText(finishedAt - startedAt)}${status === null ? "" : ` with ${status}`}`;
}
