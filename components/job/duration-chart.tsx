import type { Spread } from "../../lib/domain/usual.ts";
import { lengthText } from "../base/ago.ts";
import { Panel } from "../base/panel.tsx";
import { OUTCOME_LABEL } from "../base/status.ts";
import styles from "./chart.module.css";
import { type ChartRun, chartScale, type Scale } from "./chart-shape.ts";

const WIDTH = 720;
const HEIGHT = 150;
const LEFT = 58;
const MARK_ROW = 14;

type Props = {
  jobId: string;
  /** Oldest first. */
  runs: ChartRun[];
  /** What runs usually take; null where too little is known. */
  usual: Pick<Spread, "median" | "p95"> | null;
};

const TROUBLE = new Set(["failed", "missed", "overlong", "abandoned"]);

/** Duration of the latest runs, oldest at the left; what went wrong is marked below the line. */
export function DurationChart({ jobId, runs, usual }: Props) {
  const durations = runs.flatMap((run) => (run.durationMs === null ? [] : [run.durationMs]));
  if (durations.length === 0) return null;
  const scale = chartScale([...durations, ...(usual === null ? [] : [usual.p95])]);
  const step = (WIDTH - LEFT) / runs.length;
  const y = (ms: number) => HEIGHT - scale.of(ms) * HEIGHT;
  return (
    <Panel title="How long it took" note={`Last ${runs.length} runs${scale.logarithmic ? ", logarithmic" : ""}`}>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${WIDTH} ${HEIGHT + MARK_ROW + 2}`}
        role="img"
        aria-label={chartWords(runs, durations)}
        data-job={jobId}
      >
        <Grid scale={scale} />
        {usual !== null && (
          <g className={styles.band}>
            <rect x={LEFT} width={WIDTH - LEFT} y={y(usual.p95)} height={Math.max(1, y(usual.median) - y(usual.p95))} />
            <path d={`M${LEFT} ${y(usual.median)}H${WIDTH}`} />
          </g>
        )}
        {runs.map((run, index) => (
          <Mark
            key={run.number}
            run={run}
            x={LEFT + index * step}
            width={step}
            top={run.durationMs === null ? null : y(run.durationMs)}
          />
        ))}
        <path className={styles.axis} d={`M${LEFT} ${HEIGHT}H${WIDTH}`} />
      </svg>
      {usual !== null && (
        <p className={styles.caption}>
          Shaded: the usual, from {lengthText(usual.median)} (median) to {lengthText(usual.p95)} (95 % within).
        </p>
      )}
    </Panel>
  );
}

function Grid({ scale }: { scale: Scale }) {
  return (
    <g className={styles.grid}>
      {scale.ticks.map(({ at, label }) => (
        <g key={label}>
          <path d={`M${LEFT} ${HEIGHT - at * HEIGHT}H${WIDTH}`} />
          <text x={LEFT - 8} y={HEIGHT - at * HEIGHT + 4}>
            {label}
          </text>
        </g>
      ))}
    </g>
  );
}

function Mark({ run, x, width, top }: { run: ChartRun; x: number; width: number; top: number | null }) {
  const bar = Math.max(1.5, Math.min(10, width * 0.7));
  const left = x + (width - bar) / 2;
  const middle = x + width / 2;
  return (
    <g className={styles[run.outcome]}>
      <rect className={styles.hit} x={x} y={0} width={width} height={HEIGHT + MARK_ROW} />
      {top !== null && (
        <rect x={left} y={Math.min(top, HEIGHT - 2)} width={bar} height={Math.max(2, HEIGHT - top)} rx={1} />
      )}
      {TROUBLE.has(run.outcome) && <path className={styles.cross} d={`M${middle - 3} ${HEIGHT + 5}l6 6m0 -6l-6 6`} />}
      {run.outcome === "unknown" && <circle className={styles.cross} cx={middle} cy={HEIGHT + 8} r={2.5} />}
      <title>
        {`#${run.number} ${OUTCOME_LABEL[run.outcome]}${run.durationMs === null ? "" : ` · ${lengthText(run.durationMs)}`}`}
      </title>
    </g>
  );
}

function chartWords(runs: readonly ChartRun[], durations: readonly number[]): string {
  const troubles = runs.filter((run) => TROUBLE.has(run.outcome)).length;
  return `Durations of the last ${runs.length} runs: from ${lengthText(Math.min(...durations))} to ${lengthText(Math.max(...durations))}, ${troubles} bad`;
}
