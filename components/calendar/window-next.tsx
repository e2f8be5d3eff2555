"use client";

import { useViewerZone } from "../base/clock.tsx";
import { Until, ZonedMoment } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import type { TimesView, WindowView } from "./window-view.ts";

/** Whether a window is open now and until when, or when it opens next. */
export function WindowNext({ window, now }: { window: WindowView; now: number }) {
  const viewerZone = useViewerZone();
  const { next, enabled, times } = window;
  const zone = zoneOf(times) ?? viewerZone;
  if (!enabled) return <>switched off.</>;
  if (next === null) return <>{times.kind === "once" ? "over." : "not open in the next two years."}</>;
  const holiday = times.kind === "holidays" ? times.next.find(({ start }) => start === next.start) : undefined;
  const named = holiday === undefined ? null : <Said text={holiday.name} />;
  if (next.start <= now) {
    return (
      <>
        <b>open now</b>
        {named !== null && <> ({named})</>}, until <ZonedMoment at={next.end} zone={zone} />.
      </>
    );
  }
  return (
    <>
      next <Until at={next.start} />
      {named !== null && <> ({named})</>}, <ZonedMoment at={next.start} zone={zone} named={false} /> to{" "}
      <ZonedMoment at={next.end} zone={zone} />.
    </>
  );
}

/** By whose clocks it is; null: by those of whoever looks. */
function zoneOf(times: TimesView): string | null {
  if (times.kind === "once") return null;
  return times.kind === "weekly" ? times.hours.timeZone : times.timeZone;
}
