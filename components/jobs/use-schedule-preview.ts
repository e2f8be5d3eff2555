"use client";

import { useEffect, useRef, useState } from "react";
import type { PreviewAnswer, ScheduleInput } from "./job-form-values.ts";

const PAUSE_MS = 250;

/** Asks what a schedule means once typing pauses; an answer to what is no longer typed is dropped. */
export function useSchedulePreview(
  { schedule, dialect, timeZone }: ScheduleInput,
  preview: (input: ScheduleInput) => Promise<PreviewAnswer>,
): PreviewAnswer | null {
  const [answer, setAnswer] = useState<PreviewAnswer | null>(null);
  const asked = useRef(0);

  useEffect(() => {
    const turn = ++asked.current;
    const timer = setTimeout(() => {
      preview({ schedule, dialect, timeZone }).then(
        (found) => {
          if (turn === asked.current) setAnswer(found);
        },
        // Only a convenience: the form itself says what is wrong when it is sent.
        () => {
          if (turn === asked.current) setAnswer(null);
        },
      );
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [schedule, dialect, timeZone, preview]);

  return answer;
}
