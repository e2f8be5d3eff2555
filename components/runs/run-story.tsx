import type { ReactNode } from "react";
import { exitCodeMeaning } from "../../lib/domain/exit-code.ts";
import type { Run } from "../../lib/domain/run.ts";
import type { Instant, Millis } from "../../lib/domain/time.ts";
import type { Spread } from "../../lib/domain/usual.ts";
import { lengthText } from "../base/ago.ts";
import { ExactMoment } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import { OUTCOME_MEANING, REASON_TEXT } from "../base/status.ts";
import { delayText } from "../job/run-words.ts";
import { durationWords, factorText } from "../job/usual-words.ts";
import styles from "./run-story.module.css";

/** A run as its page tells it. */
export type RunStoryView = Pick<
  Run,
  | "outcome"
  | "reason"
  | "slotAt"
  | "lastSlotAt"
  | "count"
  | "startedAt"
  | "finishedAt"
  | "durationMs"
  | "finishBy"
  | "finishedLate"
  | "exitCode"
  | "runId"
  | "host"
  | "source"
  | "startSeen"
> & {
  delayMs: Millis | null;
  /** Another run was open at the same time. */
  overlapped: boolean;
  /** It showed that an alarm had been wrong. */
  withdrew: boolean;
};

type ScheduleKind = "none" | "interval" | "cron";

/** When a run was expected that no slot had asked for. */
const UNEXPECTED: Readonly<Record<ScheduleKind, string>> = {
  none: "at no fixed time",
  interval: "not expected",
  cron: "outside its schedule",
};

type Props = {
  run: RunStoryView;
  job: { scheduleKind: ScheduleKind; timeZone: string | null };
  /** What runs like this usually take; null where too little is known. */
  usual: Pick<Spread, "median" | "p95"> | null;
  /** How many times that it took, where it is unusual. */
  usualFactor: number | null;
};

/** Expected, started, finished; and what stands around it. */
export function RunStory({ run, job: { scheduleKind, timeZone }, usual, usualFactor }: Props) {
  const meaning = run.exitCode === null ? null : exitCodeMeaning(run.exitCode);
  return (
    <div className={styles.story}>
      <ol className={styles.steps}>
        <Step label="Expected" at={run.slotAt} timeZone={timeZone} absent={UNEXPECTED[scheduleKind]}>
          {run.count > 1 && run.lastSlotAt !== null && (
            <>
              {run.count} times until <ExactMoment at={run.lastSlotAt} jobZone={timeZone} />
            </>
          )}
        </Step>
        <Step label="Started" at={run.startedAt} timeZone={timeZone} absent={absentWord(run)}>
          {startWords(run)}
        </Step>
        <Step label="Finished" at={run.finishedAt} timeZone={timeZone} absent={absentWord(run)}>
          {run.durationMs !== null && `after ${lengthText(run.durationMs)}`}
          {usualFactor !== null && `, ${factorText(usualFactor)}`}
          {run.finishedLate && ", past its limit"}
        </Step>
      </ol>
      <dl className={styles.facts}>
        <Fact name="Outcome">{run.reason === null ? OUTCOME_MEANING[run.outcome] : REASON_TEXT[run.reason]}</Fact>
        {run.exitCode !== null && (
          <Fact name="Exit code">
            <b>{run.exitCode}</b>
            {meaning !== null && `: ${meaning}`}
          </Fact>
        )}
        {usual !== null && <Fact name="Usually takes">{durationWords(usual)}</Fact>}
        {run.withdrew && <Fact name="Alarm">{REASON_TEXT.withdrawn}</Fact>}
        {run.overlapped && <Fact name="Overlap">Another run was open at the same time.</Fact>}
        {run.finishBy !== null && (
          <Fact name="Had to end by">
            <ExactMoment at={run.finishBy} jobZone={timeZone} />
          </Fact>
        )}
        {run.host !== null && (
          <Fact name="Host">
            <Said text={run.host} />
          </Fact>
        )}
        {run.source !== null && (
          <Fact name="From">
            <Said text={run.source} />
          </Fact>
        )}
        {run.runId !== null && (
          <Fact name="Run id">
            <code>{run.runId}</code>
          </Fact>
        )}
      </dl>
    </div>
  );
}

/** An overlong run goes on until its end comes or nobody waits for it any longer; then a reason says so. */
function absentWord({ outcome, reason }: RunStoryView): string {
  if (outcome === "running" || (outcome === "overlong" && reason === null)) return "not yet";
  return outcome === "unknown" ? "not known" : "never";
}

function startWords({ delayMs, startedAt, startSeen }: RunStoryView): string {
  const words = [
    ...(delayMs === null ? [] : [delayWords(delayMs)]),
    ...(startedAt === null || startSeen ? [] : ["no start ping was seen"]),
  ];
  return words.join(", ");
}

function delayWords(delay: Millis): string {
  const text = delayText(delay);
  return text === "on time" ? text : `${text.slice(1)} ${delay < 0 ? "early" : "later"}`;
}

type StepProps = { label: string; at: Instant | null; timeZone: string | null; absent: string; children?: ReactNode };

function Step({ label, at, timeZone, absent, children }: StepProps) {
  return (
    <li className={`${styles.step} ${at === null ? styles.absent : ""}`}>
      <span className={styles.label}>{label}</span>
      <span className={styles.when}>{at === null ? absent : <ExactMoment at={at} jobZone={timeZone} />}</span>
      <span className={styles.beside}>{children}</span>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
