import type { ReactNode } from "react";
import type { JobStatus } from "../../lib/domain/job.ts";
import type { Outcome } from "../../lib/domain/run.ts";
import tones from "./tone.module.css";

export type Shape = JobStatus | Outcome | "warning" | "slow" | "fast";

const cut = "var(--surface)";
const line = { stroke: "currentColor", strokeWidth: 1.6, fill: "none", strokeLinecap: "round" } as const;
const cutLine = { ...line, stroke: cut, strokeWidth: 1.8 } as const;

// Each state has a shape of its own, so that it can be told without its colour.
export const SHAPES: Readonly<Record<Shape, ReactNode>> = {
  ok: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="m5.2 8.2 1.9 1.9 3.7-4" {...line} strokeLinejoin="round" />
    </>
  ),
  down: (
    <>
      <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z" fill="currentColor" />
      <path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" {...cutLine} />
    </>
  ),
  failed: (
    <>
      <rect x="1.5" y="1.5" width="13" height="13" rx="2.5" fill="currentColor" />
      <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" {...cutLine} />
    </>
  ),
  late: (
    <>
      <path d="M8 1.2 15.4 14H.6Z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />
      <path d="M8 6v3.6m0 2.2v.1" {...cutLine} />
    </>
  ),
  warning: (
    <>
      <rect x="1" y="4" width="9" height="5" rx="1.5" {...line} />
      <rect x="6" y="8" width="9" height="5" rx="1.5" fill="currentColor" />
    </>
  ),
  slow: (
    <>
      <path d="M1.8 12a6.2 6.2 0 1 1 12.4 0" {...line} />
      <path d="m8 12 4-3.4" {...line} />
      <circle cx="8" cy="12" r="1.4" fill="currentColor" />
    </>
  ),
  fast: (
    <>
      <path d="M1.8 12a6.2 6.2 0 1 1 12.4 0" {...line} />
      <path d="M8 12 4 8.6" {...line} />
      <circle cx="8" cy="12" r="1.4" fill="currentColor" />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} strokeDasharray="29 10" className={tones.spin} />
      <path d="M6.4 5.2v5.6L11 8Z" fill="currentColor" />
    </>
  ),
  unknown: (
    <>
      <path d="M8 .9 15.1 8 8 15.1.9 8Z" {...line} strokeLinejoin="round" />
      <path d="M6.3 6.4c0-1 .8-1.6 1.7-1.6s1.7.6 1.7 1.5c0 1.2-1.7 1.3-1.7 2.5m0 1.9v.1" {...line} />
    </>
  ),
  new: <circle cx="8" cy="8" r="6.2" {...line} strokeDasharray="2.4 2.47" strokeLinecap="butt" />,
  paused: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="M6.3 5.6v4.8m3.4-4.8v4.8" {...line} strokeWidth={1.8} />
    </>
  ),
  missed: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="2.5" {...line} />
      <path d="M5.4 8h5.2" {...line} />
    </>
  ),
  overlong: (
    <>
      <path d="M3.6 1.6h8.8M3.6 14.4h8.8" {...line} />
      <path
        d="M4.6 1.8c0 3.4 3.4 4 3.4 6.2s-3.4 2.8-3.4 6.2h6.8c0-3.4-3.4-4-3.4-6.2s3.4-2.8 3.4-6.2Z"
        fill="currentColor"
      />
    </>
  ),
  abandoned: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} strokeDasharray="24 15" />
      <path d="M8 4.4V8l2.6 1.6" {...line} strokeLinejoin="round" />
    </>
  ),
  skipped: <path d="M3 8h10" {...line} strokeDasharray="1 3" />,
};
