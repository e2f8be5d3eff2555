import Link from "next/link";
import type { Millis } from "../../lib/domain/time.ts";
import { lengthText } from "../base/ago.ts";
import { Note } from "../base/note.tsx";

export type HostZoneView = {
  /** "your host seems to run in UTC, not in Europe/Riga". */
  words: string;
  timeZone: string;
  shiftMs: Millis;
  mayTakeThatLong: boolean;
};

type Props = HostZoneView & {
  /** Where the job is changed; null for those who may not. */
  editHref: string | null;
};

/** Says that the job's machine seems to be in another zone than its schedule, and what to do. */
export function HostZoneNote({ words, timeZone, shiftMs, mayTakeThatLong, editHref }: Props) {
  const change = "Change the job’s time zone";
  return (
    <Note tone="late">
      <p>
        <b>{words.charAt(0).toUpperCase() + words.slice(1)}</b>: its latest {mayTakeThatLong ? "ends" : "starts"} all
        came {lengthText(Math.abs(shiftMs))} {shiftMs < 0 ? "before" : "after"} their times.
      </p>
      <p>
        {editHref === null ? change : <Link href={editHref}>{change}</Link>} to that of the host, or set the host’s to{" "}
        {timeZone}.{mayTakeThatLong && " If the job really takes that long, send a start ping as well."}
      </p>
    </Note>
  );
}
