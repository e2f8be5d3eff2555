import { describe, expect, test } from "vitest";
import { renderDiscord } from "../../lib/delivery/kinds/discord.ts";
import { renderGoogleChat } from "../../lib/delivery/kinds/google-chat.ts";
import { renderGotify } from "../../lib/delivery/kinds/gotify.ts";
import { renderMatrix } from "../../lib/delivery/kinds/matrix.ts";
import { renderMattermost } from "../../lib/delivery/kinds/mattermost.ts";
import { renderNtfy } from "../../lib/delivery/kinds/ntfy.ts";
import { renderPushbullet } from "../../lib/delivery/kinds/pushbullet.ts";
import { renderRocketchat } from "../../lib/delivery/kinds/rocketchat.ts";
import { renderSignal } from "../../lib/delivery/kinds/signal.ts";
import { renderSlack } from "../../lib/delivery/kinds/slack.ts";
import { renderTeams } from "../../lib/delivery/kinds/teams.ts";
import { renderTelegram } from "../../lib/delivery/kinds/telegram.ts";
import { webhookBody } from "../../lib/delivery/kinds/webhook.ts";
import { renderZulip } from "../../lib/delivery/kinds/zulip.ts";
import { renderMail } from "../../lib/delivery/markup/mail.ts";
import { renderSms } from "../../lib/delivery/markup/sms.ts";
import type { AlertMessage } from "../../lib/domain/message.ts";
import { SORTS } from "../support/outage-messages.ts";

const DELIVERY = "0198c0de-0000-4000-8000-000000000002";
const UNSUBSCRIBE = "https://belfry.example.org/unsubscribe/token";

const PLATFORMS: Readonly<Record<string, (message: AlertMessage) => unknown>> = {
  slack: renderSlack,
  discord: renderDiscord,
  teams: renderTeams,
  "google-chat": (message) => renderGoogleChat(message, { threadKey: "i1.lane" }),
  mattermost: renderMattermost,
  rocketchat: renderRocketchat,
  telegram: renderTelegram,
  matrix: renderMatrix,
  zulip: renderZulip,
  ntfy: renderNtfy,
  gotify: renderGotify,
  pushbullet: renderPushbullet,
  signal: renderSignal,
  sms: renderSms,
  webhook: (message) => webhookBody(message, DELIVERY),
  "mail-text": (message) => renderMail(message, UNSUBSCRIBE).text,
  "mail-html": (message) => renderMail(message, UNSUBSCRIBE).html,
};

describe.each(Object.entries(PLATFORMS))("%s", (platform, render) => {
  test("shows every sort of message as it was last looked at", async () => {
    const shown = Object.entries(SORTS).map(([sort, message]) => `##### ${sort}\n\n${asText(render(message()))}\n`);
    await expect(shown.join("\n")).toMatchFileSnapshot(`../fixtures/messages/${platform}.txt`);
  });
});

function asText(rendered: unknown): string {
  return typeof rendered === "string" ? rendered : JSON.stringify(rendered, null, 2);
}
