import { AppError } from "../errors.ts";
import type { Millis } from "../domain/time.ts";
import { alertmanagerKind } from "./kinds/alertmanager.ts";
import { appriseKind } from "./kinds/apprise.ts";
import { channelOf, type Channel } from "./channel.ts";
import { discordKind } from "./kinds/discord.ts";
import { emailKind } from "./kinds/email.ts";
import { googleChatKind } from "./kinds/google-chat.ts";
import { gotifyKind } from "./kinds/gotify.ts";
import { githubKind } from "./kinds/github.ts";
import { createAddressRule } from "./guard.ts";
import { openHttpSender, type HttpSender } from "./http.ts";
import { jiraServiceManagementKind } from "./kinds/jira-service-management.ts";
import { openMailer, type Mailer, type MailTimeouts } from "./mailer.ts";
import { matrixKind } from "./kinds/matrix.ts";
import { mattermostKind } from "./kinds/mattermost.ts";
import { ntfyKind } from "./kinds/ntfy.ts";
import { pushbulletKind } from "./kinds/pushbullet.ts";
import { pushoverKind } from "./kinds/pushover.ts";
import { signalKind } from "./kinds/signal.ts";
import { rocketchatKind } from "./kinds/rocketchat.ts";
import { pagerdutyKind } from "./kinds/pagerduty.ts";
import { shellKind } from "./kinds/shell.ts";
import { slackKind } from "./kinds/slack.ts";
import { teamsKind } from "./kinds/teams.ts";
import { splunkOnCallKind } from "./kinds/splunk-on-call.ts";
import { telegramKind } from "./kinds/telegram.ts";
import { twilioKind } from "./kinds/twilio.ts";
import { webhookKind } from "./kinds/webhook.ts";
import { zulipKind } from "./kinds/zulip.ts";

/** What kinds send with. */
type Tools = { http: HttpSender; mailer: Mailer | null; shell: boolean };

/** A new kind is a file of its own and a row here. */
const KINDS: readonly ((tools: Tools) => Channel)[] = [
  ({ http }) => channelOf(slackKind(http)),
  ({ mailer }) => channelOf(emailKind(mailer)),
  ({ http }) => channelOf(webhookKind(http)),
  ({ http }) => channelOf(discordKind(http)),
  ({ http }) => channelOf(teamsKind(http)),
  ({ http }) => channelOf(googleChatKind(http)),
  ({ http }) => channelOf(mattermostKind(http)),
  ({ http }) => channelOf(rocketchatKind(http)),
  ({ http }) => channelOf(zulipKind(http)),
  ({ http }) => channelOf(matrixKind(http)),
  ({ http }) => channelOf(telegramKind(http)),
  ({ http }) => channelOf(ntfyKind(http)),
  ({ http }) => channelOf(gotifyKind(http)),
  ({ http }) => channelOf(pushoverKind(http)),
  ({ http }) => channelOf(pushbulletKind(http)),
  ({ http }) => channelOf(twilioKind(http)),
  ({ http }) => channelOf(signalKind(http)),
  ({ http }) => channelOf(pagerdutyKind(http)),
  ({ http }) => channelOf(jiraServiceManagementKind(http)),
  ({ http }) => channelOf(splunkOnCallKind(http)),
  ({ http }) => channelOf(githubKind(http)),
  ({ http }) => channelOf(appriseKind(http)),
  ({ http }) => channelOf(alertmanagerKind(http)),
  ({ shell }) => channelOf(shellKind(shell)),
];

export type ChannelsOptions = {
  smtpUrl: string | null;
  mailFrom: string;
  /** Private networks (CIDR) that may be reached all the same. */
  allowPrivateTargets: readonly string[];
  /** Whether programs on this machine may be run. Default false. */
  shellChannels?: boolean;
  /** How long receivers may take; shorter in tests. */
  patience?: { httpMs: Millis; mail: MailTimeouts };
};

/** All kinds of channels, ready to send. Opening makes no connection. */
export type Channels = {
  list(): readonly Channel[];
  /** @throws AppError `invalid` about `kind`. */
  get(kind: string): Channel;
  /** Whether mail can be sent to people directly. */
  mailWorks: boolean;
  /** Ends connections; sends under way fail. */
  close(): Promise<void>;
};

/** Kinds whose receivers keep open what they were told of until they are told of the end. */
export function keepersOf(channels: Pick<Channels, "list">): ReadonlySet<string> {
  return new Set(channels.list().flatMap(({ kind, keepsIncidents }) => (keepsIncidents ? [kind] : [])));
}

export function openChannels(options: ChannelsOptions): Channels {
  const { smtpUrl, mailFrom, allowPrivateTargets, shellChannels: shell = false, patience } = options;
  const http = openHttpSender(createAddressRule(allowPrivateTargets), patience?.httpMs);
  const mailer = smtpUrl === null ? null : openMailer({ smtpUrl, mailFrom, timeouts: patience?.mail });
  const channels = new Map(
    KINDS.map((make) => make({ http, mailer, shell })).map((channel) => [channel.kind, channel]),
  );
  return {
    list: () => [...channels.values()],
    get(kind) {
      const channel = channels.get(kind);
      if (channel !== undefined) return channel;
      const known = [...channels.keys()].join(", ");
      throw new AppError(
        "invalid",
        `There is no kind of channel “${kind.slice(0, 40)}”: choose one of ${known}.`,
        "kind",
      );
    },
    mailWorks: mailer !== null,
    async close() {
      mailer?.close();
      await http.close();
    },
  };
}
