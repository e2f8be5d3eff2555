import Link from "next/link";
import type { Cause, ResolveReason, Severity } from "../../lib/domain/incident.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { Glyph } from "../base/glyph.tsx";
import { Ago, Moment } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import { CAUSE_LABEL, CAUSE_TONE } from "../base/status.ts";
import tones from "../base/tone.module.css";
import { CAUSE_SHAPE } from "./cause-shape.ts";
import styles from "./incidents.module.css";
import { whyOf } from "./why.ts";

export type IncidentView = {
  id: string;
  jobName: string;
  severity: Severity;
  cause: Cause;
  state: "open" | "resolved";
  openedAt: Instant;
  resolvedAt: Instant | null;
  resolveReason: ResolveReason | null;
  title: string;
};

/** Incidents as rows; each opens its page. */
export function IncidentItems({ incidents, withJob = true }: { incidents: IncidentView[]; withJob?: boolean }) {
  return (
    <ul className={styles.list}>
      {incidents.map((incident) => (
        <li key={incident.id} className={styles.item}>
          <CauseLabel cause={incident.cause} open={incident.state === "open"} />
          <p className={styles.itemTitle}>
            <Link href={`/incidents/${incident.id}`} prefetch={false}>
              {withJob ? <Said text={incident.jobName} /> : whyOf(incident.title)}
            </Link>
            {withJob && <span className={styles.itemWhy}> {whyOf(incident.title)}</span>}
          </p>
          <p className={styles.itemWhen}>
            {incident.resolvedAt === null ? (
              <>
                open for <Ago at={incident.openedAt} />
              </>
            ) : (
              <>
                <Moment at={incident.openedAt} />,{" "}
                {incident.resolveReason === "withdrawn" ? "withdrawn after" : "lasted"}{" "}
                {lengthText(incident.resolvedAt - incident.openedAt)}
              </>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

export function CauseLabel({ cause, open }: { cause: Cause; open: boolean }) {
  const tone = open ? CAUSE_TONE[cause] : "quiet";
  return (
    <span className={`${tones.label} ${tones[tone]}`}>
      <Glyph shape={CAUSE_SHAPE[cause]} tone={tone} />
      {CAUSE_LABEL[cause]}
    </span>
  );
}
