import type { Metadata } from "next";
import { Door } from "../../../../components/auth/door.tsx";
import { Note } from "../../../../components/base/note.tsx";
import { Said } from "../../../../components/base/said.tsx";
import { ConfirmForm } from "../../../../components/links/confirm-form.tsx";
import { SEEN_LABEL } from "../../../../lib/domain/seen-link.ts";
import { readSeenLink } from "../../../../lib/services/drills.ts";
import { screenProcess } from "../../../../lib/services/process.ts";
import { readLink } from "../../../link-failures.ts";
import { sayThatSeen } from "../../link-actions.ts";

export const metadata: Metadata = { title: "Fire drill", referrer: "same-origin" };

/** Asks whether a person has seen a drill's message: that a chat's preview followed the link says nothing. */
export default async function SeenPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const page = await readLink(async () => readSeenLink((await screenProcess()).services, token));
  return (
    <Door title="Fire drill">
      {"refusal" in page ? (
        <Note tone="late">
          <p>{page.refusal}</p>
        </Note>
      ) : (
        <>
          <p>
            This message came to <Said text={page.found.to} /> in a fire drill of <Said text={page.found.project} />.
            Nothing is wrong.
          </p>
          {page.found.seenAt === null ? (
            <ConfirmForm label={SEEN_LABEL} act={sayThatSeen.bind(null, token)} />
          ) : (
            <Note tone="ok">
              <p>It has been confirmed already. Thank you.</p>
            </Note>
          )}
        </>
      )}
    </Door>
  );
}
