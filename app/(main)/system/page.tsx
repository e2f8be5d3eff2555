import type { Metadata } from "next";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { DeadLetters } from "../../../components/channels/dead-letters.tsx";
import { Gaps, Processes, SystemFacts } from "../../../components/system/system-facts.tsx";
import { Faults } from "../../../components/system/troubles.tsx";
import { UnmatchedTable } from "../../../components/unmatched/unmatched-table.tsx";
import { can } from "../../../lib/auth/rules.ts";
import { listDeliveries } from "../../../lib/services/deliveries.ts";
import { systemPage } from "../../../lib/services/system.ts";
import { load } from "../../failures.ts";
import { findProjects, requireVisit } from "../../request.ts";
import { replay } from "../channels/actions.ts";
import { dismissStranger } from "../unmatched-actions.ts";

export const metadata: Metadata = { title: "This installation" };

export default async function SystemRoute() {
  const { ctx } = await requireVisit();
  const system = await load(() => systemPage(ctx));
  const { current } = await load(() => findProjects(ctx));
  const dead =
    current === null
      ? []
      : (await load(() => listDeliveries(ctx, { projectId: current.id, states: ["dead"] }))).deliveries;
  return (
    <Page>
      <PageHeader title="This installation" lead="For operators: how Belfry itself is doing." />
      <SystemFacts system={system} />
      <Processes processes={system.processes} />
      <Gaps gaps={system.gaps} />
      <Faults faults={system.faulted} />
      {current !== null && dead.length > 0 && (
        <DeadLetters letters={dead} mayReplay={can(current.role, "replay-deliveries")} replay={replay} />
      )}
      <UnmatchedTable
        pings={system.unmatched}
        note="Of no project: a key or job that nobody has"
        none="None. A ping with an unknown key, or for an unknown job, would show here."
        settle={{ makeJob: null, dismiss: dismissStranger }}
      />
    </Page>
  );
}
