import type { ReactNode } from "react";
import { Glyph } from "./glyph.tsx";
import type { Shape } from "./shapes.tsx";
import styles from "./layout.module.css";
import type { Tone } from "./status.ts";
import tones from "./tone.module.css";

const SHAPE: Readonly<Record<Tone, Shape>> = {
  ok: "ok",
  down: "failed",
  late: "late",
  running: "running",
  unknown: "unknown",
  quiet: "paused",
};

/** A sentence that wants to be read, in a box of its tone. */
export function Note({ tone, role, children }: { tone: Tone; role?: "alert" | "status"; children: ReactNode }) {
  return (
    <div className={`${styles.note} ${tones[tone]}`} role={role}>
      <Glyph shape={SHAPE[tone]} tone={tone} />
      <div className={styles.noteBody}>{children}</div>
    </div>
  );
}
