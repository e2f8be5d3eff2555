import { addressDigest } from "../delivery/signed-link.ts";
import type { ReportPeriod } from "../domain/reports/report-period.ts";
import { type UnsubscribeLink, unsubscribeLinkOf } from "../domain/reports/unsubscribe-link.ts";
import { AppError } from "../errors.ts";
import { listServedProjects } from "../store/channel-sharing.ts";
import { findChannelRecord, unsubscribeChannel } from "../store/channels.ts";
import { inTransaction } from "../store/client.ts";
import { insertNotice } from "../store/notices.ts";
import { findProjectRecord } from "../store/projects.ts";
import { deleteSubscription, listSubscriptions } from "../store/report-subscriptions.ts";
import type { Services } from "./context.ts";
import { publishLive } from "./publish.ts";

/** What a link at the end of a mail would switch off. */
export type UnsubscribeOffer = { project: string; done: boolean } & (
  | { about: "report"; period: ReportPeriod }
  | { about: "channel"; channel: string; to: string }
);

/** What the link is about; looking changes nothing. @throws AppError `not-found` for links that do not hold. */
export async function readUnsubscribeLink(services: Services, token: string): Promise<UnsubscribeOffer> {
  return offerOf(services, openLink(services, token));
}

/**
 * Ends one person's report, or switches a mail channel off and tells the other channels of every project that it served, once however often it is asked.
 * @throws AppError as `readUnsubscribeLink`.
 */
export async function unsubscribe(services: Services, token: string): Promise<UnsubscribeOffer> {
  const link = openLink(services, token);
  const offer = await offerOf(services, link);
  if (link.about === "report") await deleteSubscription(services.database.pool, link);
  else await switchOff(services, link.channelId);
  return { ...offer, done: true };
}

function openLink({ links, clock }: Services, token: string): UnsubscribeLink {
  const claims = links.open(token, clock.now());
  const link = claims === null ? null : unsubscribeLinkOf(claims);
  if (link !== null) return link;
  throw new AppError(
    "not-found",
    "This link does not hold any more: it is older than a year, or was not copied whole.",
  );
}

async function offerOf({ database: { pool } }: Services, link: UnsubscribeLink): Promise<UnsubscribeOffer> {
  if (link.about === "report") {
    const project = await findProjectRecord(pool, link.projectId, null);
    const kept = await listSubscriptions(pool, link);
    const done = !kept.some(({ period }) => period === link.period);
    return { about: "report", project: project?.name ?? "a project that is gone", period: link.period, done };
  }
  const channel = await findChannelRecord(pool, link.channelId);
  if (channel === null) throw new AppError("not-found", "This channel is gone: no mail is sent over it any more.");
  // The summary of a mail channel is its address.
  if (addressDigest(channel.summary) !== link.address) {
    throw new AppError(
      "not-found",
      "This channel sends to another address by now: no mail of it comes to yours any more.",
    );
  }
  const project = await findProjectRecord(pool, channel.projectId, null);
  const { name, summary, enabled } = channel;
  return { about: "channel", project: project?.name ?? "", channel: name, to: summary, done: !enabled };
}

async function switchOff({ database, config }: Services, channelId: string): Promise<void> {
  await inTransaction(database.pool, async (client) => {
    const off = await unsubscribeChannel(client, channelId);
    if (off === null) return;
    const served = (await listServedProjects(client, [channelId])).get(channelId) ?? [];
    for (const projectId of [off.projectId, ...served.map(({ id }) => id)]) {
      await insertNotice(client, {
        projectId,
        facts: { notice: "unsubscribed", channelId, channel: off.name, to: off.summary },
        except: [channelId],
        mailWorks: config.smtpUrl !== null,
      });
      await publishLive(client, projectId);
    }
  });
}
