import Link from "next/link";
import type { Cause, ResolveReason } from "../../lib/domain/incident.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { Glyph } from "../base/glyph.tsx";
import type { Shape } from "../base/shapes.tsx";
import { ExactMoment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import { CAUSE_LABEL, CAUSE_TONE, RESOLVE_TEXT, type Tone } from "../base/status.ts";
import { CAUSE_SHAPE } from "./cause-shape.ts";
import styles from "./incidents.module.css";

export type EventView = {
  sequence: number;
  kind: "opened" | "bad-run" | "resolved" | "acknowledged" | "note";
  at: Instant;
  runNumber: number | null;
  cause: Cause | null;
  resolveReason: ResolveReason | null;
  note: string | null;
};

/** What happened to an incident, oldest first. */
export function Timeline({ jobId, events }: { jobId: string; events: EventView[] }) {
  return (
    <Panel title="What happened">
      <ol className={styles.timeline}>
        {events.map((event) => (
          <li key={event.sequence} className={styles.event}>
            <Glyph {...lookOf(event)} />
            <p>
              {wordsOf(event)}
              {event.runNumber !== null && (
                <>
                  {" "}
                  <Link href={`/jobs/${jobId}/runs/${event.runNumber}`}>run #{event.runNumber}</Link>
                </>
              )}
            </p>
            {event.note !== null && <Said text={event.note} />}
            <p className={styles.soft}>
              <ExactMoment at={event.at} />
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function lookOf({ kind, cause }: EventView): { shape: Shape; tone: Tone } {
  if (kind === "resolved") return { shape: "ok", tone: "ok" };
  if (cause === null) return { shape: "new", tone: "quiet" };
  return { shape: CAUSE_SHAPE[cause], tone: CAUSE_TONE[cause] };
}

function wordsOf({ kind, cause, resolveReason }: EventView): string {
  const what = cause === null ? "" : CAUSE_LABEL[cause].toLowerCase();
  switch (kind) {
    case "opened":
      return `Opened: ${what},`;
    case "bad-run":
      return `Again ${what},`;
    case "resolved":
      return `Resolved: ${resolveReason === null ? "all is well again" : RESOLVE_TEXT[resolveReason]},`;
    case "acknowledged":
      return "Acknowledged";
    case "note":
      return "Note";
  }
}
