"use client";

import { UnstyledButton } from "@mantine/core";
import type { Instant } from "../../lib/domain/time.ts";
import { Glyph } from "../base/glyph.tsx";
import type { Shape } from "../base/shapes.tsx";
import type { Tone } from "../base/status.ts";
import tones from "../base/tone.module.css";
import { onTile, type TileName, TILES } from "./filter.ts";
import type { JobView } from "./job-view.ts";
import styles from "./jobs.module.css";

const LOOK: Readonly<Record<TileName, { shape: Shape; tone: Tone }>> = {
  failing: { shape: "down", tone: "down" },
  late: { shape: "late", tone: "late" },
  running: { shape: "running", tone: "running" },
  soon: { shape: "abandoned", tone: "quiet" },
  new: { shape: "new", tone: "quiet" },
};

type Props = {
  jobs: readonly JobView[];
  now: Instant;
  active: TileName | null;
  onPick: (tile: TileName | null) => void;
};

/** Counts that are filters: pressing one shows only those jobs, pressing it again all. */
export function Tiles({ jobs, now, active, onPick }: Props) {
  return (
    <div className={styles.tiles} role="group" aria-label="Show only">
      {TILES.map(({ name, label, hint }) => {
        const count = jobs.filter((job) => onTile(job, name, now)).length;
        const { shape, tone } = LOOK[name];
        return (
          <UnstyledButton
            key={name}
            className={`${styles.tile} ${count === 0 ? styles.tileQuiet : ""} ${tones[tone]}`}
            aria-pressed={active === name}
            title={hint}
            onClick={() => onPick(active === name ? null : name)}
          >
            <span className={styles.tileCount}>{count}</span>
            <span className={styles.tileLabel}>
              <Glyph shape={shape} tone={count === 0 ? "quiet" : tone} size={14} />
              {label}
            </span>
          </UnstyledButton>
        );
      })}
    </div>
  );
}
