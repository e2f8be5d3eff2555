import Link from "next/link";
import { counted } from "../base/counted.ts";
import { Note } from "../base/note.tsx";

/** Where the list of pings that found no job is. */
export const UNMATCHED_ID = "unmatched";

/** On the list of jobs: somebody pings, and no job takes it. */
export function UnmatchedHint({ mistakes }: { mistakes: number }) {
  if (mistakes === 0) return null;
  return (
    <Note tone="late">
      <p>
        <b>Pings come that find no job</b>, by {counted(mistakes, "mistake")} in the last 24 hours: most often a slug is
        mistyped or its job is not made yet. <Link href={`/settings#${UNMATCHED_ID}`}>See them and make the jobs</Link>
      </p>
    </Note>
  );
}
