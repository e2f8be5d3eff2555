import { AppError } from "../errors.ts";
import { alertmanagerKind } from "./alertmanager.ts";
import { appriseKind } from "./apprise.ts";
import { channelOf, type Channel } from "./channel.ts";
import { discordKind } from "./discord.ts";
import { emailKind } from "./email.ts";
import { googleChatKind } from "./google-chat.ts";
import { gotifyKind } from "./gotify.ts";
import { githubKind } from "./github.ts";
import { createAddressRule } from "./guard.ts";
import { openHttpSender, type HttpSender } from "./http.ts";
import { jiraServiceManagementKind } from "./jira-service-management.ts";
import { openMailer, type Mailer } from "./mailer.ts";
import { matrixKind } from "./matrix.ts";
import { mattermostKind } from "./mattermost.ts";
import { ntfyKind } from "./ntfy.ts";
import { pushbulletKind } from "./pushbullet.ts";
import { pushoverKind } from "./pushover.ts";
import { signalKind } from "./signal.ts";
import { rocketchatKind } from "./rocketchat.ts";
import { pagerdutyKind } from "./pagerduty.ts";
import { shellKind } from "./shell.ts";
import { slackKind } from "./slack.ts";
import { teamsKind } from "./teams.ts";
import { splunkOnCallKind } from "./splunk-on-call.ts";
import { telegramKind } from "./telegram.ts";
import { twilioKind } from "./twilio.ts";
import { webhookKind } from "./webhook.ts";
import { zulipKind } from "./zulip.ts";

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

export function openChannels(options: ChannelsOptions): Channels {
  const { smtpUrl, mailFrom, allowPrivateTargets, shellChannels: shell = false } = options;
  const http = openHttpSender(createAddressRule(allowPrivateTargets));
  const mailer = smtpUrl === null ? null : openMailer({ smtpUrl, mailFrom });
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
