import type { Metadata } from "next";
import { Door } from "../../../../components/auth/door.tsx";
import { Note } from "../../../../components/base/note.tsx";
import { Said } from "../../../../components/base/said.tsx";
import { ConfirmForm } from "../../../../components/links/confirm-form.tsx";
import { screenProcess } from "../../../../lib/services/process.ts";
import { readUnsubscribeLink, type UnsubscribeOffer } from "../../../../lib/services/unsubscribe.ts";
import { readLink } from "../../../link-failures.ts";
import { endMails } from "../../link-actions.ts";

export const metadata: Metadata = { title: "Unsubscribe", referrer: "same-origin" };

const PERIODS = { day: "daily", week: "weekly", month: "monthly" } as const;

/** Shows what the link at the end of a mail would end, and ends nothing: mail programs follow every link. */
export default async function UnsubscribePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const page = await readLink(async () => readUnsubscribeLink((await screenProcess()).services, token));
  return (
    <Door title="Unsubscribe">
      {"refusal" in page ? (
        <Note tone="late">
          <p>{page.refusal}</p>
        </Note>
      ) : (
        <>
          <What offer={page.found} />
          {page.found.done ? (
            <Note tone="ok">
              <p>You are unsubscribed already.</p>
            </Note>
          ) : (
            <ConfirmForm label="Unsubscribe" act={endMails.bind(null, token)} />
          )}
        </>
      )}
    </Door>
  );
}

function What({ offer }: { offer: UnsubscribeOffer }) {
  if (offer.about === "report") {
    return (
      <p>
        The {PERIODS[offer.period]} report about <Said text={offer.project} />. Alerts are not touched by this.
      </p>
    );
  }
  return (
    <p>
      The channel <Said text={offer.channel} /> of <Said text={offer.project} />, which sends alerts to{" "}
      <Said text={offer.to} />. It is switched off for everybody who reads that address, and the others of the project
      are told.
    </p>
  );
}
