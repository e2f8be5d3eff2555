"use client";

import { UnstyledButton } from "@mantine/core";
import { parseDuration, spellDuration } from "../../lib/domain/duration.ts";
import type { Millis } from "../../lib/domain/time.ts";
import { counted } from "../base/counted.ts";
import { lengthText } from "../base/ago.ts";
import styles from "./job-form.module.css";

type Props = {
  ms: Millis;
  /** How many runs it comes from. */
  runs: number;
  /** What the field holds. */
  value: string;
  onTake: (text: string) => void;
};

/** A limit that would suit the latest runs, with a button that fills it in. */
export function Suggestion({ ms, runs, value, onTake }: Props) {
  if (parseDuration(value) === ms) return null;
  return (
    <p className={styles.hint}>
      Suggested from the last {counted(runs, "run")}:{" "}
      <UnstyledButton
        className={styles.example}
        aria-label={`Use ${lengthText(ms)}`}
        onClick={() => onTake(spellDuration(ms))}
      >
        {lengthText(ms)}
      </UnstyledButton>
    </p>
  );
}
