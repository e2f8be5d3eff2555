import type { Metadata } from "next";
import { Empty } from "../../../components/base/empty.tsx";
import { LinkButton } from "../../../components/base/link-button.tsx";
import { Page, PageHeader } from "../../../components/base/page.tsx";
import { Panel } from "../../../components/base/panel.tsx";
import { ChannelForm } from "../../../components/channels/channel-form.tsx";
import { ChannelItem } from "../../../components/channels/channel-item.tsx";
import styles from "../../../components/channels/channels.module.css";
import { DeadLetters } from "../../../components/channels/dead-letters.tsx";
import { SharedChannelItem } from "../../../components/channels/shared-channel-item.tsx";
import { LiveRefresh } from "../../../components/shell/live-refresh.tsx";
import { listZoneNames } from "../../../lib/domain/zone.ts";
import { can } from "../../../lib/auth/rules.ts";
import { listShownSettings } from "../../../lib/services/channel-settings.ts";
import { listSharedChannels, listSharingChoices } from "../../../lib/services/channel-sharing.ts";
import { listChannelKinds, listChannels, listChannelTroubles } from "../../../lib/services/channels.ts";
import { fallbackSentence } from "../../../lib/domain/reports/report-content.ts";
import { listDeliveries } from "../../../lib/services/deliveries.ts";
import { findFallback } from "../../../lib/services/fallback.ts";
import { load } from "../../failures.ts";
import { requireProject, requireVisit } from "../../request.ts";
import {
  addChannel,
  changeChannel,
  removeChannel,
  replay,
  replayAll,
  sendTest,
  setChannelEnabled,
  stopUsing,
} from "./actions.ts";

export const metadata: Metadata = { title: "Channels" };

export default async function ChannelsPage() {
  const { ctx } = await requireVisit();
  const project = await requireProject(ctx);
  const [kinds, channels, shared, choices, dead, fallback, troubles] = await load(() =>
    Promise.all([
      listChannelKinds(ctx),
      listChannels(ctx, { projectId: project.id }),
      listSharedChannels(ctx, { projectId: project.id }),
      listSharingChoices(ctx, { projectId: project.id }),
      listDeliveries(ctx, { projectId: project.id, states: ["dead"] }),
      findFallback(ctx, { projectId: project.id }),
      listChannelTroubles(ctx, { projectId: project.id }),
    ]),
  );
  const mayChange = can(project.role, "change-channels");
  const settings = mayChange ? await load(() => listShownSettings(ctx, { projectId: project.id })) : null;
  const usable = new Map(kinds.map(({ kind, fields, unavailable }) => [kind, unavailable === null ? fields : []]));
  const failing = new Map(troubles.map(({ channelId, lastAnswer }) => [channelId, lastAnswer ?? ""]));
  const zones = listZoneNames();

  return (
    <Page>
      <PageHeader
        title="Channels"
        lead="The ways Belfry reaches people. A job uses all of them unless it has a list of its own."
        actions={
          <>
            <LinkButton href="/drills" variant="default">
              Fire drills
            </LinkButton>
            <LiveRefresh projectId={project.id} />
          </>
        }
      />
      <Panel title="In use" flush>
        {channels.length + shared.length === 0 ? (
          <Empty title={fallback?.length === 0 ? "Nobody would be told" : "No channel yet"}>
            {fallback !== null && <p>{fallbackSentence(fallback)}</p>}
            Add a channel below and send a test over it: you see what the receiver really answered, before anything
            breaks.
          </Empty>
        ) : (
          <ul className={styles.list}>
            {channels.map((channel) => (
              <ChannelItem
                key={channel.id}
                channel={{ ...channel, failing: failing.get(channel.id) ?? null }}
                mayTest={can(project.role, "test-channels")}
                mayChange={mayChange}
                fields={usable.get(channel.kind) ?? []}
                settings={settings?.get(channel.id) ?? { values: {}, kept: [] }}
                zones={zones}
                projects={choices}
                test={sendTest}
                setEnabled={setChannelEnabled}
                save={changeChannel}
                remove={removeChannel}
              />
            ))}
            {shared.map((channel) => (
              <SharedChannelItem
                key={channel.id}
                channel={{ ...channel, brokenReason: null, failing: failing.get(channel.id) ?? null }}
                mayChange={mayChange}
                stop={stopUsing.bind(null, project.id)}
              />
            ))}
          </ul>
        )}
      </Panel>
      {dead.deliveries.length > 0 && (
        <DeadLetters
          letters={dead.deliveries}
          mayReplay={can(project.role, "replay-deliveries")}
          replay={replay}
          replayAll={replayAll.bind(null, project.id)}
        />
      )}
      {mayChange && (
        <Panel title="Add a channel">
          <ChannelForm kinds={kinds} zones={zones} projects={choices} save={addChannel.bind(null, project.id)} />
        </Panel>
      )}
    </Page>
  );
}
