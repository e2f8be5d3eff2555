import type { DrillRhythm } from "../../lib/domain/drill.ts";
import type { Instant } from "../../lib/domain/time.ts";
import type { Shape } from "../base/shapes.tsx";
import type { Tone } from "../base/status.ts";

export type DrillResultView = {
  deliveryId: string;
  /** Name of the channel, or a mail address. */
  to: string;
  kindLabel: string;
  state: "pending" | "sending" | "sent" | "dead" | "dropped";
  attempts: number;
  sentAt: Instant | null;
  status: number | null;
  answer: string | null;
  seenAt: Instant | null;
  seenBy: string | null;
};

export type DrillView = { id: string; startedAt: Instant; requestedBy: string | null; results: DrillResultView[] };

export const RHYTHM_WORDS: Readonly<Record<DrillRhythm, string>> = {
  never: "Only when somebody starts one",
  week: "Every week",
  month: "Every 4 weeks",
  quarter: "Every 13 weeks",
};

export type ResultWords = { label: string; tone: Tone; shape: Shape };

/** What became of a drill's message, in a word. */
export function resultWords({ state, attempts }: Pick<DrillResultView, "state" | "attempts">): ResultWords {
  switch (state) {
    case "sent":
      return { label: "arrived", tone: "ok", shape: "ok" };
    case "dead":
      return { label: "did not arrive", tone: "down", shape: "failed" };
    case "dropped":
      return { label: "not sent", tone: "quiet", shape: "skipped" };
    default:
      return attempts > 1
        ? { label: `not yet, ${attempts} attempts`, tone: "late", shape: "late" }
        : { label: "on its way", tone: "running", shape: "running" };
  }
}

/** `2 of 3 arrived, 1 seen`. */
export function drillSummary(results: readonly DrillResultView[]): string {
  const arrived = results.filter(({ state }) => state === "sent").length;
  const seen = results.filter(({ seenAt }) => seenAt !== null).length;
  return `${arrived} of ${results.length} arrived, ${seen} seen`;
}

/** Whether a page that shows it should look again soon. */
export function isUnderWay({ startedAt, results }: DrillView, now: Instant, patienceMs: number): boolean {
  return now - startedAt < patienceMs && results.some(({ state, seenAt }) => state !== "dropped" && seenAt === null);
}
