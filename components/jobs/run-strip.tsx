import { OUTCOME_LABEL } from "../base/status.ts";
import { lengthText } from "../base/ago.ts";
import type { StripMark } from "./job-view.ts";
import styles from "./run-strip.module.css";
import { barHeights, STRIP_RUNS, stripWords } from "./strip-shape.ts";

const STEP = 6;
const BAR = 4;
const HEIGHT = 22;

type Props = {
  marks: readonly StripMark[];
  /** How many places there are; the newest run is at the right edge. */
  places?: number;
  /** Opens a run's page: a short cut for the mouse; the page of the job has links. */
  onOpen?: (number: number) => void;
};

/** The last runs as bars: height is the logarithm of the duration, shape and colour the outcome. */
export function RunStrip({ marks, places = STRIP_RUNS, onOpen }: Props) {
  const shown = marks.slice(-places);
  const heights = barHeights(shown);
  const width = places * STEP - (STEP - BAR);
  const offset = places - shown.length;
  return (
    <svg
      className={styles.strip}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role="img"
      aria-label={stripWords(shown)}
    >
      <path className={styles.base} d={`M0 ${HEIGHT - 0.5}H${width}`} />
      {shown.map((mark, index) => (
        <g
          key={mark.number}
          transform={`translate(${(offset + index) * STEP} 0)`}
          className={styles[mark.outcome]}
          onClick={onOpen && (() => onOpen(mark.number))}
        >
          <rect className={styles.hit} x={-1} width={STEP} height={HEIGHT} />
          <Bar mark={mark} height={Math.round((heights[index] ?? 0.5) * (HEIGHT - 1))} />
          <title>{markTitle(mark)}</title>
        </g>
      ))}
    </svg>
  );
}

function markTitle(mark: StripMark): string {
  const times = mark.count > 1 ? ` × ${mark.count}` : "";
  const length = mark.durationMs === null ? "" : ` · ${lengthText(mark.durationMs)}`;
  return `#${mark.number} ${OUTCOME_LABEL[mark.outcome]}${times}${length}`;
}

function Bar({ mark, height }: { mark: StripMark; height: number }) {
  const top = HEIGHT - 1 - height;
  switch (mark.outcome) {
    case "failed":
      // An exclamation mark: it reads as trouble without its colour.
      return (
        <>
          <rect x={0} y={top} width={BAR} height={height - 6} rx={0.75} />
          <rect x={0} y={HEIGHT - 5} width={BAR} height={4} rx={0.75} />
        </>
      );
    case "missed":
    case "overlong":
    case "abandoned":
      return <rect x={0.75} y={top + 0.75} width={BAR - 1.5} height={height - 1.5} rx={0.5} />;
    case "unknown":
      return <path d={hatch(top, height)} />;
    default:
      return <rect x={0} y={top} width={BAR} height={height} rx={0.75} />;
  }
}

function hatch(top: number, height: number): string {
  const lines: string[] = [];
  for (let y = top + BAR; y <= top + height; y += 3) lines.push(`M0 ${y}L${BAR} ${y - BAR}`);
  return lines.join("");
}
