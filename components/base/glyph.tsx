import type { JobStatus } from "../../lib/domain/job.ts";
import type { Outcome } from "../../lib/domain/run.ts";
import { type Shape, SHAPES } from "./shapes.tsx";
import { OUTCOME_LABEL, OUTCOME_TONE, STATUS_LABEL, STATUS_TONE, type Tone } from "./status.ts";
import tones from "./tone.module.css";

/** The shape alone; whoever shows it says in words what it means. */
export function Glyph({ shape, tone, size = 16 }: { shape: Shape; tone: Tone; size?: number }) {
  return (
    <svg
      className={`${tones.glyph} ${tones[tone]}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[shape]}
    </svg>
  );
}

export function StatusLabel({ status, pill = false }: { status: JobStatus; pill?: boolean }) {
  const tone = STATUS_TONE[status];
  return (
    <span className={`${pill ? tones.pill : tones.label} ${tones[tone]}`}>
      <Glyph shape={status} tone={tone} />
      {STATUS_LABEL[status]}
    </span>
  );
}

export function OutcomeLabel({ outcome, pill = false }: { outcome: Outcome; pill?: boolean }) {
  const tone = OUTCOME_TONE[outcome];
  return (
    <span className={`${pill ? tones.pill : tones.label} ${tones[tone]}`}>
      <Glyph shape={outcome} tone={tone} />
      {OUTCOME_LABEL[outcome]}
    </span>
  );
}
