import type { Metadata } from "next";
import { cookies } from "next/headers";
import Link from "next/link";
import { ClockProvider } from "../../../../components/base/clock.tsx";
import { ZONE_COOKIE } from "../../../../components/base/zone-cookie.ts";
import { Door } from "../../../../components/auth/door.tsx";
import styles from "../../../../components/auth/door.module.css";
import { ActDoor } from "../../../../components/incidents/act-door.tsx";
import { previewAct } from "../../../../lib/services/act-links.ts";
import { screenProcess } from "../../../../lib/services/process.ts";
import { load } from "../../../failures.ts";
import { readLink } from "../../../link-failures.ts";
import { findVisit } from "../../../request.ts";
import { act } from "../actions.ts";

type Props = { params: Promise<{ token: string }> };

// The address is a secret for other sites. With no referrer at all browsers send no origin either, and the button would be refused.
export const metadata: Metadata = { title: "Incident", referrer: "same-origin" };

/** What a link in a message would do. Opening it changes nothing: mail scanners and previews of chats do so, too. */
export default async function ActPage({ params }: Props) {
  const { token } = await params;
  const visit = await load(findVisit);
  const { services } = await load(screenProcess);
  const page = await readLink(() => previewAct(services, { token, userId: visit?.person.userId ?? null }));
  if ("refusal" in page) {
    return (
      <Door title="This link is no good any more" lead={page.refusal}>
        <p className={styles.foot}>
          <Link href="/incidents">See the incidents in Belfry</Link>
        </p>
      </Door>
    );
  }
  const zone = (await cookies()).get(ZONE_COOKIE)?.value ?? null;
  return (
    <ClockProvider renderedAt={services.clock.now()} zone={zone}>
      <ActDoor page={page.found} act={act.bind(null, token)} />
    </ClockProvider>
  );
}
