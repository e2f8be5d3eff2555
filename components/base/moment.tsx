"use client";

import { type Instant, MINUTE, SECOND } from "../../lib/domain/time.ts";
import { ageText, untilText } from "./ago.ts";
import { useNow, useViewerZone } from "./clock.tsx";
import { clockText, dayText, momentText, zonesTitle } from "./zoned.ts";

type Props = {
  at: Instant;
  /** The job's own zone, shown on hover beside UTC. */
  jobZone?: string | null;
};

const iso = (at: Instant): string => new Date(at).toISOString();

/** A moment in the viewer's zone: the clock time today, else day and time. */
export function Moment({ at, jobZone = null }: Props) {
  return <MomentIn at={at} zone={useViewerZone()} jobZone={jobZone} />;
}

/** The same in a zone of which the words around it speak; `named`: its name follows where it is not the viewer's. */
export function ZonedMoment({ at, zone, named = true }: { at: Instant; zone: string; named?: boolean }) {
  const viewerZone = useViewerZone();
  return (
    <>
      <MomentIn at={at} zone={zone} jobZone={zone} />
      {named && zone !== viewerZone && ` ${zone}`}
    </>
  );
}

function MomentIn({ at, zone, jobZone }: Required<Props> & { zone: string }) {
  const viewerZone = useViewerZone();
  const now = useNow(MINUTE);
  return (
    <time dateTime={iso(at)} title={zonesTitle(at, viewerZone, jobZone)}>
      {momentText(at, zone, now)}
    </time>
  );
}

/** Day and time to the second, for tables. */
export function ExactMoment({ at, jobZone = null }: Props) {
  const zone = useViewerZone();
  const now = useNow(MINUTE);
  return (
    <time dateTime={iso(at)} title={zonesTitle(at, zone, jobZone)}>
      {dayText(at, zone, now)} {clockText(at, zone, true)}
    </time>
  );
}

/** In which zone the times beside it are, where a job has one of its own. */
export function ZoneNote({ jobZone }: { jobZone: string }) {
  const zone = useViewerZone();
  return zone === jobZone ? `Times in ${zone}` : `Times in ${zone}; the job’s zone is ${jobZone}`;
}

/** How long ago, for a sentence: `42 s ago`, or without the suffix `42 s`; live. */
export function Ago({ at, jobZone = null, suffix = false }: Props & { suffix?: boolean }) {
  const zone = useViewerZone();
  const now = useNow(SECOND);
  const age = ageText(at, now);
  return (
    <time dateTime={iso(at)} title={zonesTitle(at, zone, jobZone)}>
      {age === "now" ? (suffix ? "just now" : "a moment") : suffix ? `${age} ago` : age}
    </time>
  );
}

/** How long until then; counts down live. `due`: what it says once it has come. */
export function Until({ at, jobZone = null, due }: Props & { due?: string }) {
  const zone = useViewerZone();
  const now = useNow(SECOND);
  return (
    <time dateTime={iso(at)} title={zonesTitle(at, zone, jobZone)}>
      {due !== undefined && at <= now ? due : untilText(at, now)}
    </time>
  );
}
