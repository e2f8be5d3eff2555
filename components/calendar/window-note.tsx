import Link from "next/link";
import type { Instant } from "../../lib/domain/time.ts";
import { Moment } from "../base/moment.tsx";
import { Note } from "../base/note.tsx";
import { Said } from "../base/said.tsx";

type Props = { current: { name: string; until: Instant } | null };

/** Says on a job's or an incident's page that alerts wait just now. */
export function WindowNote({ current }: Props) {
  if (current === null) return null;
  return (
    <Note tone="quiet">
      <p>
        Inside the window{" "}
        <Link href="/calendar">
          <Said text={current.name} />
        </Link>
        : alerts wait until <Moment at={current.until} />, and are told then if it is still wrong.
      </p>
    </Note>
  );
}
