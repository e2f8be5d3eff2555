import type { AlertMessage } from "../../domain/message.ts";
import { AppError } from "../../errors.ts";
import { readAnswer, textIn, untilUnixTime } from "../api-answer.ts";
import type { ChannelKind } from "../channel.ts";
import { fitMessage } from "../markup/fit.ts";
import type { HttpSender } from "../http.ts";
import { maskKey, parseOptional, parseSetting } from "../settings/setting.ts";
import { renderPlainBody } from "../markup/plain-text.ts";

export type PushbulletSettings = { token: string; channel: string | null; device: string | null };

/** Pushbullet names no limit; a phone shows no more. */
const BODY_LENGTH = 4_000;

const TOKEN = {
  field: "token",
  pattern: /^[\w.-]{20,100}$/,
  sentence: "Paste the whole access token, such as o.AbC….",
};
const CHANNEL = {
  field: "channel",
  pattern: /^[\w-]{1,100}$/,
  sentence: "Write the tag of a channel that you own, such as ops-alerts, or leave it empty.",
};
const DEVICE = {
  field: "device",
  pattern: /^\w{5,100}$/,
  sentence: "Write the device's id, such as ujpah72o0sjAoRtnM0jc, or leave it empty.",
};

const ADVICE: Readonly<Record<number, string>> = {
  401: "Pushbullet does not know this token. Make a new one under Settings → Account.",
  403: "Pushbullet refuses this token. Make a new one under Settings → Account.",
  404: "Pushbullet knows no such device or channel: check them.",
};

/** Push messages through Pushbullet. */
export function pushbulletKind(http: HttpSender, api = "https://api.pushbullet.com"): ChannelKind<PushbulletSettings> {
  return {
    kind: "pushbullet",
    label: "Pushbullet",
    hint: "On pushbullet.com: Settings → Account → Create Access Token.",
    fields: [
      { name: "token", label: "Access token", placeholder: "o.AbC…", input: "secret" },
      {
        name: "channel",
        label: "Channel tag",
        placeholder: "ops-alerts",
        optional: true,
        hint: "To all who subscribe to a channel of yours.",
      },
      {
        name: "device",
        label: "Device",
        placeholder: "ujpah72o0sjAoRtnM0jc",
        optional: true,
        hint: "The id at the end of the device's address on pushbullet.com; left empty, all your devices.",
      },
    ],
    unavailable: null,
    parseSettings(input) {
      const channel = parseOptional(input["channel"], CHANNEL);
      const device = parseOptional(input["device"], DEVICE);
      if (channel !== null && device !== null)
        throw new AppError("invalid", "Set either a channel tag or a device, not both.", "device");
      return { token: parseSetting(input["token"], TOKEN), channel, device };
    },
    summary({ token, channel, device }) {
      if (channel !== null) return `channel ${channel}`;
      return device === null ? `all devices, token ${maskKey(token)}` : `device ${device}`;
    },
    async send({ token, channel, device }, message, { deliveryId, signal }) {
      const headers = { "content-type": "application/json", "access-token": token };
      const body = JSON.stringify({
        ...renderPushbullet(message),
        ...(channel === null ? {} : { channel_tag: channel }),
        ...(device === null ? {} : { device_iden: device }),
        // A second push with the same one answers with the first.
        guid: deliveryId,
      });
      const answer = await http.call({ url: `${api}/v2/pushes`, headers, body, signal });
      const retryAfterMs = answer.status === 429 ? untilUnixTime(answer, "x-ratelimit-reset", Date.now()) : null;
      return readAnswer(answer, { externalId: textIn(answer, "iden"), advice: ADVICE[answer.status], retryAfterMs });
    },
  };
}

/** A note, or a link where the message has one. */
export function renderPushbullet(message: AlertMessage) {
  const [link] = message.links;
  return {
    ...(link === undefined ? { type: "note" } : { type: "link", url: link.url }),
    title: message.verdict,
    body: fitMessage(
      { ...message, actions: [], links: [] },
      { render: (version) => renderPlainBody(version).trim(), fits: (text) => text.length <= BODY_LENGTH },
    ),
  };
}
