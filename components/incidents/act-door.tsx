"use client";

import { Button } from "@mantine/core";
import Link from "next/link";
import { useActionState } from "react";
import { Door } from "../auth/door.tsx";
import { Ago } from "../base/moment.tsx";
import { Note } from "../base/note.tsx";
import { Said } from "../base/said.tsx";
import { actAlready, actButton, actDone, actMeaning, actTitle, type ActView } from "./act-words.ts";
import styles from "./act-door.module.css";
import { CareLine } from "./care-line.tsx";
import { CauseLabel, type IncidentView } from "./incident-items.tsx";
import { whyTogether } from "./outage-words.ts";

export type ActState = { page: (ActView & { changed: number }) | null; error: string | null };

type Props = { page: ActView; act: (before: ActState) => Promise<ActState> };

/** The whole page behind a link in a message. Works without scripts too: it is a plain form with a server action. */
export function ActDoor({ page: before, act }: Props) {
  const [state, action, pending] = useActionState(act, { page: null, error: null });
  const page = state.page ?? before;
  return (
    <Door title={actTitle(page)}>
      <Outcome page={page} state={state} />
      {page.outage !== null && page.outage.total > 1 && <p>{whyTogether(page.outage, page.project)}</p>}
      <ul className={styles.incidents}>
        {page.incidents.map((incident) => (
          <li key={incident.id}>
            <IncidentLine incident={incident} />
          </li>
        ))}
      </ul>
      {page.outage !== null && page.outage.total > page.incidents.length && (
        <p className={styles.soft}>… and {page.outage.total - page.incidents.length} more.</p>
      )}
      {page.open > 0 && !page.done && (
        <form action={action} className={styles.form}>
          <p>{actMeaning(page)}</p>
          <Button type="submit" loading={pending} fullWidth>
            {actButton(page)}
          </Button>
          <p className={styles.soft}>
            Shown as done by <Said text={page.by} />.
          </p>
        </form>
      )}
      <p className={styles.soft}>
        <Link href={page.incidents.length === 1 ? `/incidents/${page.incidents[0]?.id ?? ""}` : "/incidents"}>
          See it in Belfry
        </Link>
      </p>
    </Door>
  );
}

/** What became of it, or how it stands. */
function Outcome({ page, state }: { page: ActView; state: ActState }) {
  if (state.error !== null) {
    return (
      <Note tone="down" role="alert">
        <p>{state.error}</p>
      </Note>
    );
  }
  if (page.open === 0) return <p>All is well again: there is nothing left to do.</p>;
  if (!page.done && state.page === null) return null;
  const changed = (state.page?.changed ?? 0) > 0;
  return (
    <Note tone="ok" role="status">
      <p>{changed ? actDone(page) : actAlready(page)}</p>
    </Note>
  );
}

function IncidentLine({ incident }: { incident: IncidentView }) {
  return (
    <>
      <CauseLabel cause={incident.cause} open={incident.state === "open"} /> <Said text={incident.jobName} />
      <span className={styles.soft}>
        {" "}
        {incident.resolvedAt === null ? (
          <>
            open for <Ago at={incident.openedAt} />
          </>
        ) : (
          "is over"
        )}
      </span>
      {incident.state === "open" && (
        <span className={styles.care}>
          <CareLine care={incident} />
        </span>
      )}
    </>
  );
}
