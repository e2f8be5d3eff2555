import Link from "next/link";
import type { Outcome, RunReason } from "../../lib/domain/run.ts";
import type { Instant, Millis } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { OutcomeLabel } from "../base/glyph.tsx";
import { ExactMoment } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import { REASON_LABEL, REASON_TEXT } from "../base/status.ts";
import styles from "../base/table.module.css";
import { delayText, sizeText } from "./run-words.ts";
import { factorText } from "./usual-words.ts";

export type RunView = {
  number: number;
  outcome: Outcome;
  reason: RunReason | null;
  slotAt: Instant | null;
  lastSlotAt: Instant | null;
  count: number;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  delayMs: Millis | null;
  durationMs: Millis | null;
  finishedLate: boolean;
  startSeen: boolean;
  exitCode: number | null;
  host: string | null;
  ambiguous: boolean;
  /** Another run was open at the same time. */
  overlapped: boolean;
  /** It showed that an alarm had been wrong. */
  withdrew: boolean;
  /** How many times its usual length it took, where that is unusual. */
  usualFactor: number | null;
  outputSize: number;
};

type Props = { jobId: string; timeZone: string | null; runs: RunView[] };

const COLUMNS: readonly { name: string; className?: string }[] = [
  { name: "Run" },
  { name: "Outcome" },
  { name: "Expected", className: styles.spare },
  { name: "Started" },
  { name: "Delay", className: `${styles.number} ${styles.spare}` },
  { name: "Took", className: styles.number },
  { name: "Exit", className: styles.number },
  { name: "Host", className: styles.spare },
  { name: "Output", className: `${styles.number} ${styles.spare}` },
];

/** The runs, newest first; each row opens its page. */
export function RunTable({ jobId, timeZone, runs }: Props) {
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label="Runs">
      <table className={styles.table}>
        <thead>
          <tr>
            {COLUMNS.map(({ name, className }) => (
              <th scope="col" key={name} className={className}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunTableRow key={run.number} run={run} jobId={jobId} timeZone={timeZone} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunTableRow({ run, jobId, timeZone }: { run: RunView; jobId: string; timeZone: string | null }) {
  return (
    <tr className={`${styles.linked} ${run.reason === "optional" ? styles.faint : ""}`}>
      <td>
        <Link href={`/jobs/${jobId}/runs/${run.number}`} className={styles.rowLink} prefetch={false}>
          #{run.number}
        </Link>
      </td>
      <td title={run.reason === null ? undefined : REASON_TEXT[run.reason]}>
        <OutcomeLabel outcome={run.outcome} />
        {run.count > 1 && <span className={styles.soft}> × {run.count}</span>}
        <Marks run={run} />
      </td>
      <td className={`${styles.soft} ${styles.spare}`}>
        {run.slotAt === null ? "–" : <ExactMoment at={run.slotAt} jobZone={timeZone} />}
      </td>
      <td>{run.startedAt === null ? <None /> : <ExactMoment at={run.startedAt} jobZone={timeZone} />}</td>
      <td className={`${styles.number} ${styles.spare}`}>{run.delayMs === null ? <None /> : delayText(run.delayMs)}</td>
      <td className={styles.number}>
        {run.durationMs === null ? <None /> : lengthText(run.durationMs)}
        {run.usualFactor !== null && <span className={styles.unusual}> {factorText(run.usualFactor)}</span>}
      </td>
      <td className={`${styles.number} ${run.exitCode ? styles.bad : ""}`}>{run.exitCode ?? <None />}</td>
      <td className={styles.spare}>{run.host === null ? <None /> : <Said text={run.host} />}</td>
      <td className={`${styles.number} ${styles.spare}`}>
        {run.outputSize === 0 ? <None /> : sizeText(run.outputSize)}
      </td>
    </tr>
  );
}

/** What the outcome alone does not say. */
function Marks({ run }: { run: RunView }) {
  const marks = [
    ...(run.reason === null ? [] : [REASON_LABEL[run.reason]]),
    ...(run.withdrew ? [REASON_LABEL.withdrawn] : []),
    ...(run.finishedLate ? ["finished late"] : []),
    ...(run.overlapped ? ["overlapped"] : []),
    ...(run.ambiguous ? ["which end is a guess"] : []),
  ];
  return marks.length === 0 ? null : <span className={styles.marks}>{[...new Set(marks)].join(", ")}</span>;
}

function None() {
  return <span className={styles.soft}>–</span>;
}
