import { DAY, type Millis } from "../time.ts";
import { REPORT_PERIODS, type ReportPeriod } from "./report-period.ts";

/** What a link at the end of a mail switches off: one person's report, or a mail channel. */
export type UnsubscribeLink =
  | { about: "report"; projectId: string; userId: string; period: ReportPeriod }
  /** `address`: the digest of the one that the mail went to (see `addressDigest`). */
  | { about: "channel"; channelId: string; address: string };

/** Mails are found again after months. */
export const UNSUBSCRIBE_LINK_LIFE_MS: Millis = 366 * DAY;

const PURPOSE = "unsubscribe";

/** As texts, to be signed. */
export function unsubscribeClaims(link: UnsubscribeLink): Record<string, string> {
  if (link.about === "channel") return { for: PURPOSE, channel: link.channelId, address: link.address };
  return { for: PURPOSE, project: link.projectId, user: link.userId, period: link.period };
}

/** Null for links that do something else. */
export function unsubscribeLinkOf(claims: Readonly<Record<string, string>>): UnsubscribeLink | null {
  const { channel, address, project, user } = claims;
  if (claims.for !== PURPOSE) return null;
  if (channel !== undefined) return address === undefined ? null : { about: "channel", channelId: channel, address };
  const period = REPORT_PERIODS.find((known) => known === claims.period);
  if (project === undefined || user === undefined || period === undefined) return null;
  return { about: "report", projectId: project, userId: user, period };
}
