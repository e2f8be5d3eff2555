import type { Metadata } from "next";
import Link from "next/link";
import { Door } from "../../../../components/auth/door.tsx";
import styles from "../../../../components/auth/door.module.css";
import { Note } from "../../../../components/base/note.tsx";
import { Said } from "../../../../components/base/said.tsx";
import { ConfirmForm } from "../../../../components/links/confirm-form.tsx";
import { formatDuration } from "../../../../lib/domain/duration.ts";
import { type GraceOffer, readGraceLink } from "../../../../lib/services/grace-links.ts";
import { screenProcess } from "../../../../lib/services/process.ts";
import { readLink } from "../../../link-failures.ts";
import { changeGrace } from "../../link-actions.ts";

export const metadata: Metadata = { title: "Change a grace", referrer: "same-origin" };

/** Shows what the link in a report would change, and changes nothing: mail programs follow every link. */
export default async function GracePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const page = await readLink(async () => readGraceLink((await screenProcess()).services, token));
  return (
    <Door title="Change a grace">
      {"refusal" in page ? (
        <Note tone="late">
          <p>{page.refusal}</p>
        </Note>
      ) : (
        <Offer offer={page.found} token={token} />
      )}
    </Door>
  );
}

function Offer({ offer, token }: { offer: GraceOffer; token: string }) {
  const { jobId, job, project, graceMs, proposedMs, state } = offer;
  const now = graceMs === null ? "none" : formatDuration(graceMs);
  return (
    <>
      <p>
        How late may a run of <Said text={job} /> (<Said text={project} />) come before people are told? Now {now}.
      </p>
      {state === "open" && (
        <ConfirmForm label={`Change to ${formatDuration(proposedMs)}`} act={changeGrace.bind(null, token)} />
      )}
      {state === "done" && (
        <Note tone="ok">
          <p>This has been changed already.</p>
        </Note>
      )}
      {state === "changed" && (
        <Note tone="late">
          <p>Somebody has changed it since the report, so this link does nothing any more.</p>
        </Note>
      )}
      <p className={styles.foot}>
        <Link href={`/jobs/${jobId}`}>Look at the job</Link>
      </p>
    </>
  );
}
