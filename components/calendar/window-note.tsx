import Link from "next/link";
import type { Instant } from "../../lib/domain/time.ts";
import { Moment } from "../base/moment.tsx";
import { Note } from "../base/note.tsx";
import { Said } from "../base/said.tsx";

type Props = {
  current: { name: string; until: Instant } | null;
  next?: { name: string; start: Instant; end: Instant } | null;
  /** It is about an incident that opened inside it, whose alarm waits. */
  opening?: boolean;
};

/** Says on a job's or an incident's page in which window it is, or which one comes next. */
export function WindowNote({ current, next = null, opening = false }: Props) {
  if (current === null && next === null) return null;
  return (
    <Note tone="quiet">
      {current !== null && opening && (
        <p>
          It opened inside the window <WindowLink name={current.name} />: nobody is told before{" "}
          <Moment at={current.until} />, and only if it is still wrong then.
        </p>
      )}
      {current !== null && !opening && (
        <p>
          Inside the window <WindowLink name={current.name} />: alerts wait until <Moment at={current.until} />, and are
          told then if it is still wrong.
        </p>
      )}
      {next !== null && (
        <p>
          Alerts will wait from <Moment at={next.start} /> to <Moment at={next.end} />, in the window{" "}
          <WindowLink name={next.name} />.
        </p>
      )}
    </Note>
  );
}

function WindowLink({ name }: { name: string }) {
  return (
    <Link href="/calendar">
      <Said text={name} />
    </Link>
  );
}
