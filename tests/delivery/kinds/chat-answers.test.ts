import { describe, expect, test } from "vitest";
import type { ChannelKind } from "../../../lib/delivery/channel.ts";
import { discordKind } from "../../../lib/delivery/kinds/discord.ts";
import { googleChatKind } from "../../../lib/delivery/kinds/google-chat.ts";
import type { HttpSender } from "../../../lib/delivery/http.ts";
import { matrixKind } from "../../../lib/delivery/kinds/matrix.ts";
import { mattermostKind } from "../../../lib/delivery/kinds/mattermost.ts";
import { rocketchatKind } from "../../../lib/delivery/kinds/rocketchat.ts";
import { teamsKind } from "../../../lib/delivery/kinds/teams.ts";
import { zulipKind } from "../../../lib/delivery/kinds/zulip.ts";
import type { HttpReply } from "../../support/http-sink.ts";
import { type KindTrial, tryKind } from "../../support/channel-trial.ts";

const at =
  (path: string) =>
  (url: string): Record<string, string> => ({ url: `${url}${path}` });

const zulip = (server: string) => ({ server, email: "bot@x.org", key: "k".repeat(32), stream: "alerts" });
const matrix = (server: string) => ({ server, room: "!r:x.org", token: "secret-token" });

function rows(): [string, KindTrial][] {
  const row = <S>(
    make: (http: HttpSender) => ChannelKind<S>,
    settings: (url: string) => Record<string, string>,
  ): [string, KindTrial] => [make.name, tryKind(make, settings)];
  return [
    row(discordKind, at("/api/webhooks/1/token")),
    row(teamsKind, at("/workflows/1")),
    row(googleChatKind, at("/v1/spaces/AAAA/messages?key=k&token=t")),
    row(mattermostKind, at("/hooks/abc")),
    row(rocketchatKind, at("/hooks/abc/def")),
    row(zulipKind, zulip),
    row(matrixKind, matrix),
  ];
}

describe.each(rows())("%s", (_name, trial) => {
  test.each<[string, HttpReply, object]>([
    ["200 is a receipt", { status: 200, body: "{}" }, { accepted: true, status: 200 }],
    ["202 without a body is a receipt", { status: 202 }, { accepted: true, status: 202, externalId: null }],
    ["400 is for good", { status: 400, body: "bad" }, { accepted: false, permanent: true, status: 400, answer: "bad" }],
    ["401 is for good", { status: 401 }, { accepted: false, permanent: true, status: 401 }],
    ["403 is for good", { status: 403 }, { accepted: false, permanent: true, status: 403 }],
    ["404 is for good", { status: 404 }, { accepted: false, permanent: true, status: 404 }],
    ["410 is for good", { status: 410 }, { accepted: false, permanent: true, status: 410 }],
    ["413 is for good", { status: 413 }, { accepted: false, permanent: true, status: 413 }],
    ["500 passes", { status: 500 }, { accepted: false, permanent: false, status: 500, retryAfterMs: null }],
    ["429 passes", { status: 429, body: "slow down" }, { accepted: false, permanent: false, retryAfterMs: null }],
    [
      "429 says in a header when to come back",
      { status: 429, headers: { "retry-after": "30" }, body: "{}" },
      { accepted: false, permanent: false, status: 429, retryAfterMs: 30_000 },
    ],
    ["a web page is no receipt", { status: 200, body: "<!doctype html>" }, { accepted: false, permanent: false }],
    ["silence passes", "silent", { accepted: false, permanent: false, status: null }],
    ["a lost answer passes", "lost", { accepted: false, permanent: false, status: null }],
    ["JSON of another shape harms nothing", { status: 429, body: '[null,{"id":{}}]' }, { permanent: false }],
  ])("%s", async (_rule, reply, expected) => {
    expect(await trial.send(reply)).toMatchObject(expected);
  });
});
