import { Moment, Until } from "../base/moment.tsx";
import { Said } from "../base/said.tsx";
import type { WindowView } from "./window-view.ts";

/** Whether a window is open now and until when, or when it opens next. */
export function WindowNext({ window, now }: { window: WindowView; now: number }) {
  const { next, enabled, times } = window;
  if (!enabled) return <>switched off.</>;
  if (next === null) return <>{times.kind === "once" ? "over." : "not open in the next two years."}</>;
  const holiday = times.kind === "holidays" ? times.next.find(({ start }) => start === next.start) : undefined;
  const named = holiday === undefined ? null : <Said text={holiday.name} />;
  if (next.start <= now) {
    return (
      <>
        <b>open now</b>
        {named !== null && <> ({named})</>}, until <Moment at={next.end} />.
      </>
    );
  }
  return (
    <>
      next <Until at={next.start} />
      {named !== null && <> ({named})</>}, <Moment at={next.start} /> to <Moment at={next.end} />.
    </>
  );
}
