import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { ClockProvider } from "../../components/base/clock.tsx";
import { ZONE_COOKIE } from "../../components/base/zone-cookie.ts";
import { ChannelBanner } from "../../components/shell/channel-banner.tsx";
import { TopBar } from "../../components/shell/top-bar.tsx";
import styles from "../../components/shell/shell.module.css";
import { listChannelTroubles } from "../../lib/services/channels.ts";
import { listIncidents } from "../../lib/services/incidents.ts";
import { load } from "../failures.ts";
import { findProjects, requireVisit } from "../request.ts";
import { chooseProject, signOut } from "./actions.ts";

export default async function MainLayout({ children }: { children: ReactNode }) {
  const { ctx, person } = await requireVisit();
  const { projects, current } = await load(() => findProjects(ctx));
  const open = current === null ? 0 : await load(() => countOpen(ctx, current.id));
  const troubles = current === null ? [] : await load(() => listChannelTroubles(ctx, { projectId: current.id }));
  const zone = (await cookies()).get(ZONE_COOKIE)?.value ?? null;
  return (
    <ClockProvider renderedAt={ctx.clock.now()} zone={zone}>
      <div className={styles.frame}>
        <TopBar
          projects={projects.map(({ id, name }) => ({ id, name }))}
          projectId={current?.id ?? null}
          openIncidents={open}
          person={{ email: person.email, operator: person.operator }}
          chooseProject={chooseProject}
          signOut={signOut}
        />
        <ChannelBanner troubles={troubles} />
        <main id="content" tabIndex={-1} className={styles.main}>
          {children}
        </main>
      </div>
    </ClockProvider>
  );
}

async function countOpen(ctx: Parameters<typeof listIncidents>[0], projectId: string): Promise<number> {
  return (await listIncidents(ctx, { projectId, state: "open", limit: 1 })).openCount;
}
