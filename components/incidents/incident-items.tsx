import { Checkbox } from "@mantine/core";
import Link from "next/link";
import type { Cause, ResolveReason, Severity } from "../../lib/domain/incident.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { Glyph } from "../base/glyph.tsx";
import { Ago, Moment } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import { CAUSE_LABEL, CAUSE_TONE, RESOLVE_LABEL } from "../base/status.ts";
import tones from "../base/tone.module.css";
import { visibleText } from "../base/visible-text.ts";
import { CareLine, type CareView } from "./care-line.tsx";
import { CAUSE_SHAPE } from "./cause-shape.ts";
import type { HoldView } from "./hold-line.tsx";
import { HoldMark } from "./hold-mark.tsx";
import styles from "./incidents.module.css";
import { whyOf, type WhyView } from "./why.ts";

export type IncidentView = CareView &
  WhyView & {
    id: string;
    jobName: string;
    severity: Severity;
    cause: Cause;
    state: "open" | "resolved";
    openedAt: Instant;
    resolvedAt: Instant | null;
    resolveReason: ResolveReason | null;
    outageId: string | null;
    /** Its alarm, in lists that say so, where nobody was told of it. */
    untold?: HoldView | null;
  };

/** Lets people choose rows. */
export type Choice = {
  chosen: ReadonlySet<string>;
  choose: (id: string) => void;
};

/** Id of a row's link in the document. */
export function incidentLinkId(incidentId: string): string {
  return `incident-${incidentId}`;
}

type Props = {
  incidents: IncidentView[];
  withJob?: boolean;
  choice?: Choice;
  /** How many of one outage are listed, by its id, to say so. */
  mates?: ReadonlyMap<string, number>;
};

/** Incidents as rows; each opens its page. */
export function IncidentItems({ incidents, withJob = true, choice, mates }: Props) {
  return (
    <ul className={styles.list}>
      {incidents.map((incident) => (
        <li key={incident.id} className={`${styles.item} ${choice === undefined ? "" : styles.choosable}`}>
          {choice !== undefined && <Chooser incident={incident} choice={choice} />}
          <CauseLabel cause={incident.cause} open={incident.state === "open"} />
          <p className={styles.itemTitle}>
            <Link href={`/incidents/${incident.id}`} id={incidentLinkId(incident.id)} prefetch={false}>
              {withJob ? <Said text={incident.jobName} /> : whyOf(incident)}
            </Link>
            {withJob && <span className={styles.itemWhy}> {whyOf(incident)}</span>}
            <Care incident={incident} mates={mates} />
          </p>
          <p className={styles.itemWhen}>
            <When incident={incident} />
          </p>
        </li>
      ))}
    </ul>
  );
}

function Care({ incident, mates }: { incident: IncidentView; mates: Props["mates"] }) {
  const { untold = null } = incident;
  const open = incident.state === "open";
  // Of what is over only this still tells something: why nobody heard of its end.
  const care = open ? incident : { ...NO_CARE, mutedAt: incident.mutedAt };
  return (
    <span className={styles.itemCare}>
      {untold !== null && <HoldMark alarm={untold} open={open} />}
      {open && <Mates count={mates?.get(incident.outageId ?? "") ?? 1} />}
      <CareLine care={care} />
    </span>
  );
}

const NO_CARE = { acknowledgedAt: null, acknowledgedBy: null, snoozedUntil: null, snoozedUntilSuccess: false } as const;

function When({ incident: { openedAt, resolvedAt, resolveReason } }: { incident: IncidentView }) {
  if (resolvedAt === null) {
    return (
      <>
        open for <Ago at={openedAt} />
      </>
    );
  }
  return (
    <>
      <Moment at={openedAt} />, {RESOLVE_LABEL[resolveReason ?? "recovered"]} after {lengthText(resolvedAt - openedAt)}
    </>
  );
}

function Mates({ count }: { count: number }) {
  if (count < 2) return null;
  return <span className={styles.mates}>in one outage with {count === 2 ? "another" : `${count - 1} others`}</span>;
}

/** What is over needs nothing any more. */
function Chooser({ incident, choice }: { incident: IncidentView; choice: Choice }) {
  if (incident.state !== "open") return <span />;
  return (
    <Checkbox
      size="xs"
      className={styles.chooser}
      aria-label={`Choose ${visibleText(incident.jobName)}`}
      checked={choice.chosen.has(incident.id)}
      onChange={() => choice.choose(incident.id)}
    />
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
