import Link from "next/link";
import type { ReactNode } from "react";
import type { CareEventKind } from "../../lib/domain/incident-care.ts";
import type { Cause, ResolveReason } from "../../lib/domain/incident.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { Glyph } from "../base/glyph.tsx";
import type { Shape } from "../base/shapes.tsx";
import { ExactMoment, Moment } from "../base/moment.tsx";
import { Panel } from "../base/panel.tsx";
import { Said } from "../base/said.tsx";
import { CAUSE_LABEL, CAUSE_TONE, RESOLVE_TEXT, type Tone } from "../base/status.ts";
import { visibleLines } from "../base/visible-text.ts";
import { CAUSE_SHAPE } from "./cause-shape.ts";
import type { Holding } from "./holding.ts";
import styles from "./incidents.module.css";

export type EventView = {
  ordinal: number;
  kind: "opened" | "bad-run" | "resolved" | "joined" | CareEventKind;
  at: Instant;
  runNumber: number | null;
  cause: Cause | null;
  resolveReason: ResolveReason | null;
  by: string | null;
  until: Instant | null;
  note: string | null;
};

type Props = {
  jobId: string;
  events: EventView[];
  /** What a window did to the alarm. */
  holding?: Holding | null;
  /** What stands below the lines, such as a form for notes. */
  children?: ReactNode;
};

/** What happened to an incident and what people did about it, oldest first. */
export function Timeline({ jobId, events, holding = null, children }: Props) {
  const told = holding?.state === "told" ? holding : null;
  const after = told === null ? -1 : events.findIndex(({ at }) => at > told.at);
  const place = after === -1 ? events.length : after;
  return (
    <Panel title="What happened">
      <ol className={styles.timeline}>
        <Lines jobId={jobId} events={events.slice(0, place)} />
        {told !== null && <ToldLate holding={told} />}
        <Lines jobId={jobId} events={events.slice(place)} />
      </ol>
      {children}
    </Panel>
  );
}

function ToldLate({ holding: { window, at } }: { holding: Holding }) {
  return (
    <li className={styles.event}>
      <Glyph shape="new" tone="quiet" />
      <p>
        Held back by the window <Said text={window} /> until <Moment at={at} />, then told
      </p>
      <p className={styles.soft}>
        <ExactMoment at={at} />
      </p>
    </li>
  );
}

function Lines({ jobId, events }: { jobId: string; events: EventView[] }) {
  return events.map((event) => (
    <li key={event.ordinal} className={styles.event}>
      <Glyph {...lookOf(event)} />
      <p>
        {wordsOf(event)}
        {event.kind === "snoozed" && event.until !== null && (
          <>
            {" "}
            until <ExactMoment at={event.until} />
          </>
        )}
        {event.by !== null && (
          <>
            {" "}
            by <Said text={event.by} />
          </>
        )}
        {event.runNumber !== null && (
          <>
            {" "}
            <Link href={`/jobs/${jobId}/runs/${event.runNumber}`}>run #{event.runNumber}</Link>
          </>
        )}
      </p>
      {event.note !== null && (
        <p className={styles.noteText} dir="auto">
          {visibleLines(event.note)}
        </p>
      )}
      <p className={styles.soft}>
        <ExactMoment at={event.at} />
      </p>
    </li>
  ));
}

function lookOf({ kind, cause }: EventView): { shape: Shape; tone: Tone } {
  if (kind === "resolved") return { shape: "ok", tone: "ok" };
  if (cause === null) return { shape: "new", tone: "quiet" };
  return { shape: CAUSE_SHAPE[cause], tone: CAUSE_TONE[cause] };
}

function wordsOf({ kind, cause, resolveReason, until }: EventView): string {
  const what = cause === null ? "" : CAUSE_LABEL[cause].toLowerCase();
  switch (kind) {
    case "opened":
      return `Opened: ${what},`;
    case "bad-run":
      return `Again ${what},`;
    case "resolved":
      return `Resolved: ${resolveReason === null ? "all is well again" : RESOLVE_TEXT[resolveReason]},`;
    case "joined":
      return "Found to be part of an outage with other jobs";
    case "acknowledged":
      return "Acknowledged";
    case "unacknowledged":
      return "Not looked after any more: acknowledgement taken back";
    case "snoozed":
      return until === null ? "Snoozed until the next success" : "Snoozed";
    case "unsnoozed":
      return "Snooze ended";
    case "muted":
      return "Muted";
    case "unmuted":
      return "Mute ended";
    case "note":
      return "Note";
  }
}
