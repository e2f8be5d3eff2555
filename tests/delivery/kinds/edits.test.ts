import { describe, expect, test } from "vitest";
import { attemptSend, type Attempt } from "../../../lib/delivery/attempt.ts";
import { channelOf, type ChannelKind } from "../../../lib/delivery/channel.ts";
import { discordKind } from "../../../lib/delivery/kinds/discord.ts";
import { matrixKind } from "../../../lib/delivery/kinds/matrix.ts";
import { slackKind } from "../../../lib/delivery/kinds/slack.ts";
import { telegramKind } from "../../../lib/delivery/kinds/telegram.ts";
import type { AlertMessage } from "../../../lib/domain/message.ts";
import { jsonOf, TRIAL_CONTEXT, useReceiver } from "../../support/channel-trial.ts";
import { recoveredMessage } from "../../support/messages.ts";
import {
  acting,
  ACTIONS,
  actionsOf,
  followUpMessage,
  outageMessage,
  partlyRecoveredMessage,
} from "../../support/outage-messages.ts";

const receiver = useReceiver();

type Sent = { settings: Record<string, string>; message: AlertMessage; earlierId?: string | null };

function send<S>(kind: ChannelKind<S>, { settings, message, earlierId = null }: Sent): Promise<Attempt> {
  return attemptSend(channelOf(kind), settings, message, { ...TRIAL_CONTEXT, earlierId });
}

/** What came, in order: method, path, and the body. */
function came<T>(): { call: string; body: T }[] {
  return receiver
    .sink()
    .requests.map(({ method, path, body }) => ({ call: `${method} ${path}`, body: jsonOf<T>({ body }) }));
}

describe("discord", () => {
  type Body = { embeds: { title: string; description: string }[]; components: object[] };
  const tell = (message: AlertMessage, earlierId: string | null) => {
    const settings = { url: `${receiver.sink().url}/api/webhooks/1/token?thread_id=9` };
    return send(discordKind(receiver.http()), { settings, message, earlierId });
  };

  test("a follow-up takes the place of the outage's message, and tells all of it", async () => {
    receiver.sink().reply(() => ({ status: 200, body: '{"id":"77"}' }));
    expect(await tell(acting(followUpMessage()), "77")).toMatchObject({ accepted: true, externalId: "77" });
    const [edit, ...others] = came<Body>();
    expect(others).toEqual([]);
    expect(edit?.call).toBe("PATCH /api/v10/webhooks/1/token/messages/77?thread_id=9&with_components=true");
    expect(edit?.body.embeds[0]?.title).toBe("✗ 7 JOBS IN TROUBLE · db-03");
    expect(edit?.body.embeds[0]?.description).toContain("MISSED (5): db-backup");
    expect(edit?.body.components).toHaveLength(1);
  });

  test("where that message is gone it is told on its own", async () => {
    receiver
      .sink()
      .reply(({ method }) =>
        method === "PATCH" ? { status: 404, body: '{"code":10008}' } : { status: 200, body: '{"id":"78"}' },
      );
    expect(await tell(followUpMessage(), "77")).toMatchObject({ accepted: true, externalId: "78" });
    expect(came<Body>()[1]?.body.embeds[0]?.title).toBe("✗ 2 MORE MISSED, 7 IN ALL · db-03");
  });

  test("a limit is no reason to tell it twice", async () => {
    receiver.sink().reply(() => ({ status: 429, body: '{"retry_after":2}' }));
    expect(await tell(followUpMessage(), "77")).toMatchObject({
      accepted: false,
      permanent: false,
      retryAfterMs: 2_000,
    });
    expect(came()).toHaveLength(1);
  });

  test.each([
    ["the first message", outageMessage(), null],
    ["a recovery", recoveredMessage(), "77"],
  ])("%s is a message of its own", async (_name, message, earlierId) => {
    await tell(message, earlierId);
    expect(came()[0]?.call).toMatch(/^POST /);
  });
});

describe("telegram", () => {
  type Body = {
    text: string;
    message_id?: number;
    reply_markup?: { inline_keyboard: object[][] };
    reply_parameters?: object;
  };
  const tell = (message: AlertMessage, earlierId: string | null) => {
    const settings = { token: "123456789:AAEabcdefghijklmnopqrstuvwxyz123456", chat: "-1001", topic: "7" };
    return send(telegramKind(receiver.http(), receiver.sink().url), { settings, message, earlierId });
  };
  const refuse = (description: string) => ({ status: 400, body: JSON.stringify({ ok: false, description }) });
  const take = (id: number) => ({ status: 200, body: JSON.stringify({ ok: true, result: { message_id: id } }) });

  test("a follow-up edits the outage's message", async () => {
    receiver.sink().reply(() => take(815));
    expect(await tell(acting(followUpMessage()), "815")).toMatchObject({ accepted: true, externalId: "815" });
    const [edit] = came<Body>();
    expect(edit?.call).toMatch(/\/editMessageText$/);
    expect(edit?.body).toMatchObject({ chat_id: "-1001", message_id: 815, parse_mode: "HTML" });
    expect(edit?.body.text).toMatch(/^<b>✗ 7 JOBS IN TROUBLE · db-03<\/b>\n/);
    expect(edit?.body.reply_markup?.inline_keyboard[0]).toEqual(
      ACTIONS.map(({ label, url }) => ({ text: label, url })),
    );
  });

  test("buttons too long to stand side by side have a row each", async () => {
    receiver.sink().reply(() => take(815));
    await tell(acting(outageMessage(), 5), null);
    const rows = came<Body>()[0]?.body.reply_markup?.inline_keyboard ?? [];
    expect(rows).toEqual(actionsOf(5).map(({ label, url }) => [{ text: label, url }]));
  });

  test("an edit that was done by an attempt before is done", async () => {
    receiver.sink().reply(() => refuse("Bad Request: message is not modified: specified new message content"));
    expect(await tell(followUpMessage(), "815")).toMatchObject({ accepted: true, externalId: "815" });
  });

  test("where the message is gone the follow-up answers to it, or stands alone", async () => {
    receiver
      .sink()
      .reply(({ path }) => (path.endsWith("/editMessageText") ? refuse("message to edit not found") : take(816)));
    expect(await tell(followUpMessage(), "815")).toMatchObject({ accepted: true, externalId: "816" });
    const [, sent] = came<Body>();
    expect(sent?.body.text).toContain("2 MORE MISSED");
    expect(sent?.body.reply_parameters).toEqual({ message_id: 815, allow_sending_without_reply: true });
  });

  test("buttons that it refuses become links in the text", async () => {
    receiver.sink().reply((_request, nth) => (nth === 1 ? refuse("Bad Request: BUTTON_URL_INVALID") : take(1)));
    expect(await tell(acting(outageMessage()), null)).toMatchObject({ accepted: true });
    const [first, second] = came<Body>();
    expect(first?.body.text).not.toContain("Acknowledge");
    expect(second?.body.reply_markup).toBeUndefined();
    expect(second?.body.text).toContain(`<a href="${ACTIONS[0]?.url}">Acknowledge</a>`);
  });

  test("an address on one's own machine is never a button", async () => {
    const message = { ...outageMessage(), actions: [{ label: "Mute", url: "http://localhost:3000/act/x" }] };
    await tell(message, null);
    expect(came<Body>()[0]?.body.reply_markup).toBeUndefined();
  });
});

describe("matrix", () => {
  type Body = { body: string; "m.new_content"?: { body: string }; "m.relates_to"?: object };
  const tell = (message: AlertMessage, earlierId: string | null) => {
    const settings = { server: receiver.sink().url, room: "!a:b", token: "t" };
    return send(matrixKind(receiver.http()), { settings, message, earlierId });
  };

  test("a follow-up replaces the outage's message, whose id stays the one to replace", async () => {
    receiver.sink().reply(() => ({ status: 200, body: '{"event_id":"$new"}' }));
    expect(await tell(followUpMessage(), "!a:b $first")).toMatchObject({ accepted: true, externalId: "!a:b $first" });
    const [edit] = came<Body>();
    expect(edit?.body["m.relates_to"]).toEqual({ rel_type: "m.replace", event_id: "$first" });
    expect(edit?.body["m.new_content"]?.body).toMatch(/^✗ 7 JOBS IN TROUBLE · db-03\n/);
    expect(edit?.body.body).toMatch(/^\* ✗ 7 JOBS/);
  });

  test("a recovery answers to what was told before", async () => {
    receiver.sink().reply(() => ({ status: 200, body: '{"event_id":"$new"}' }));
    expect(await tell(recoveredMessage(), "!a:b $first")).toMatchObject({ accepted: true, externalId: "!a:b $new" });
    expect(came<Body>()[0]?.body["m.relates_to"]).toEqual({ "m.in_reply_to": { event_id: "$first" } });
  });
});

test("a message in a room tells all anew where the outage's earlier one was in another", async () => {
  receiver.sink().reply(() => ({ status: 200, body: '{"event_id":"$new"}' }));
  const settings = { server: receiver.sink().url, room: "!a:b", token: "t" };
  const sent = { settings, message: followUpMessage(), earlierId: "!a:before $first" };
  expect(await send(matrixKind(receiver.http()), sent)).toMatchObject({ accepted: true, externalId: "!a:b $new" });
  const [{ body } = { body: {} }] = came<object>();
  expect(body).not.toHaveProperty(["m.relates_to"]);
  expect(body).not.toHaveProperty(["m.new_content"]);
});

test("who cannot edit tells what is new in a message of its own", async () => {
  const settings = { url: `${receiver.sink().url}/hook` };
  await send(slackKind(receiver.http()), { settings, message: partlyRecoveredMessage(), earlierId: "77" });
  expect(came<{ text: string }>()[0]?.body.text).toBe("✓ 3 OF 5 RECOVERED · db-03");
});
