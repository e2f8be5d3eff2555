import Link from "next/link";
import type { Cause, UnstableFacts } from "../../lib/domain/incident.ts";
import type { Instant } from "../../lib/domain/time.ts";
import { Ago } from "../base/moment.tsx";
import { Note } from "../base/note.tsx";
import { CAUSE_LABEL, WARNING_CAUSES } from "../base/status.ts";
import { Said } from "../base/said.tsx";
import { CareLine, type CareView } from "../incidents/care-line.tsx";
import { HostZoneNote, type HostZoneView } from "./host-zone-note.tsx";
import type { LinkedJobView } from "./job-links.tsx";

type Props = {
  openIncidents: (CareView & { id: string; cause: Cause; openedAt: Instant })[];
  /** Why nobody would be told, with what to do. */
  nobodyTold: string | null;
  /** Since when it fails and recovers again and again; null where it does not. */
  unstable: UnstableFacts | null;
  /** Jobs that it waits for and that are down. */
  upstreamsDown: LinkedJobView[];
  ambiguous: boolean;
  /** Its schedule has no slot at all. */
  neverRuns: boolean;
  hostZone: HostZoneView | null;
  /** Where the job is changed; null for those who may not. */
  editHref: string | null;
};

/** What one should know before the rest of a job's page. */
export function JobNotes(props: Props) {
  const { openIncidents, nobodyTold, unstable, upstreamsDown, ambiguous, neverRuns, hostZone, editHref } = props;
  return (
    <>
      {openIncidents.map(({ id, cause, openedAt, ...care }) => (
        <Note key={id} tone={WARNING_CAUSES.has(cause) ? "late" : "down"}>
          <p>
            <b>{CAUSE_LABEL[cause]}</b>, open for <Ago at={openedAt} />.{" "}
            <Link href={`/incidents/${id}`}>What happened and who was told</Link>
          </p>
          <CareLine care={care} />
        </Note>
      ))}
      {hostZone !== null && <HostZoneNote {...hostZone} editHref={editHref} />}
      {neverRuns && (
        <Note tone="late">
          <p>This schedule never runs, so nothing is expected and nothing can be missed.</p>
        </Note>
      )}
      {nobodyTold !== null && (
        <Note tone="late">
          <p>
            {nobodyTold} <Link href="/channels">To the channels</Link>
          </p>
        </Note>
      )}
      {unstable !== null && (
        <Note tone="late">
          <p>
            <b>Unstable</b>: in trouble {unstable.openings} times in <Ago at={unstable.since} />. Single failures and
            recoveries are not told until it has been calm for a while; that it stays down is.
          </p>
        </Note>
      )}
      {upstreamsDown.map(({ id, name }) => (
        <Note key={id} tone="late">
          <p>
            It waits for{" "}
            <Link href={`/jobs/${id}`}>
              <Said text={name} />
            </Link>
            , which is down: until that is up again, nobody is told if this job fails.
          </p>
        </Note>
      ))}
      {ambiguous && (
        <Note tone="unknown">
          <p>
            Two runs are open without a run id, so which end belongs to which is a guess. Send the same{" "}
            <code>?rid=$(uuidgen)</code> with a run’s start and end to tell them apart.
          </p>
        </Note>
      )}
    </>
  );
}
