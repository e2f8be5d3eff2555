import { beforeEach, expect, test } from "vitest";
import { attemptSend } from "../../../lib/delivery/attempt.ts";
import { channelOf, type SendContext } from "../../../lib/delivery/channel.ts";
import { escapeGithub } from "../../../lib/delivery/markup/commonmark.ts";
import { githubKind } from "../../../lib/delivery/kinds/github.ts";
import type { HttpReply } from "../../support/http-sink.ts";
import { TRIAL_CONTEXT, useReceiver } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const receiver = useReceiver();

const TOKEN = "github_pat_0123456789abcdefghij";

/** Whether the incident's issue is there already. */
let known = false;
beforeEach(() => {
  known = false;
  receiver.sink().reply(({ method }) => {
    if (method === "GET")
      return { status: 200, body: known ? '[{"url":"…","number":7,"title":"\\"number\\":9"}]' : "[]" };
    if (method === "DELETE") return { status: 204 };
    if (method === "PATCH") return { status: 200, body: '{"number":7,"state":"closed"}' };
    return { status: 201, body: '{"number":7,"labels":[{"name":"belfry"},{"name":"belfry-i1"}]}' };
  });
});

function send(message = failedMessage(), reply?: HttpReply, context: Partial<SendContext> = {}) {
  const settings = { repo: "acme/operations", token: TOKEN, api: `${receiver.sink().url}/api/v3` };
  if (reply !== undefined) receiver.sink().reply(() => reply);
  return attemptSend(channelOf(githubKind(receiver.http())), settings, message, { ...TRIAL_CONTEXT, ...context });
}

test("an incident that opens opens an issue with the incident's label", async () => {
  expect(await send()).toMatchObject({ accepted: true, status: 201, externalId: "acme/operations#7" });
  expect(receiver.sink().requests[1]?.headers).toMatchObject({
    ...{
      authorization: `Bearer ${TOKEN}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
    },
  });
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": null,
        "method": "GET",
        "path": "/api/v3/repos/acme/operations/issues?state=all&per_page=1&labels=belfry-i1",
      },
      {
        "body": {
          "body": "<!-- belfry incident i1 -->
    The run failed at 02:04 \\(Europe\\/Riga\\) with exit code 3\\.

    Slot: Tue 4 Mar 2025, 02:00 Europe\\/Riga \\(00:00 UTC\\)\\.

    **Since:** Tue 4 Mar 2025, 02:04 Europe\\/Riga \\(00:04 UTC\\)

    \`\`\`
    copying
    ERROR: disk full
    \`\`\`

    **Duration:** 3 min 57 s; usually 4 min 10 s, 95 % within 5 min

    **Last good run:** Mon 3 Mar 2025, 02:00 Europe\\/Riga \\(00:00 UTC\\), 1 d ago, the last of 41 good runs in a row

    **Next run:** Wed 5 Mar 2025, 02:00 Europe\\/Riga \\(00:00 UTC\\)

    **What to do:** Read the output, repair the cause, then run the command by hand on db\\-03 as the same user\\.

    **Project:** Acme

    [Run](<https://belfry.example.org/jobs/j1/runs/42>) · [Job](<https://belfry.example.org/jobs/j1>) · [Incident](<https://belfry.example.org/incidents/i1>)",
          "labels": [
            "belfry",
            "belfry-i1",
          ],
          "title": "✗ FAILED (exit 3) · db-backup @ db-03",
        },
        "method": "POST",
        "path": "/api/v3/repos/acme/operations/issues",
      },
    ]
  `);
});

test("a second attempt finds it and opens no other", async () => {
  known = true;
  expect(await send(failedMessage(), undefined, { attempt: 2 })).toMatchObject({
    accepted: true,
    answer: "Issue #7 is open already.",
  });
  expect(receiver.told()).toMatchObject([{ method: "GET" }]);
});

test.each([
  ["its job was called unstable before", { attempt: 2, earlierId: "acme/operations#7" }],
  ["another first message of its outage opened it", { attempt: 1 }],
])("an alarm whose issue is open already is a comment on it: %s", async (_name, context) => {
  known = true;
  expect(await send(failedMessage(), undefined, context)).toMatchObject({ accepted: true });
  expect(receiver.told().map(({ method }) => method)).toEqual(["GET", "POST"]);
});

test("an issue that GitHub opened without its labels would not be found again", async () => {
  receiver.sink().reply(({ method }) => ({ status: 201, body: method === "GET" ? "[]" : '{"number":7,"labels":[]}' }));
  expect(await send()).toMatchObject({
    accepted: false,
    permanent: true,
    answer: expect.stringContaining("without its labels"),
  });
});

test("a change is a comment on it", async () => {
  known = true;
  expect(await send(failedMessage({ event: "changed" }))).toMatchObject({ externalId: "acme/operations#7" });
  expect(receiver.told()).toMatchObject([
    { method: "GET" },
    {
      path: "/api/v3/repos/acme/operations/issues/7/comments",
      body: { body: expect.stringContaining("### ") },
    },
  ]);
});

test("a change whose opening never arrived opens an issue", async () => {
  await send(failedMessage({ event: "changed" }));
  expect(receiver.told()).toMatchObject([
    { method: "GET" },
    { method: "POST", path: "/api/v3/repos/acme/operations/issues" },
  ]);
});

test("the recovery closes it, comments and takes the incident's label away", async () => {
  known = true;
  expect(await send(recoveredMessage())).toMatchObject({ accepted: true, externalId: "acme/operations#7" });
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": null,
        "method": "GET",
        "path": "/api/v3/repos/acme/operations/issues?state=all&per_page=1&labels=belfry-i1",
      },
      {
        "body": {
          "state": "closed",
          "state_reason": "completed",
        },
        "method": "PATCH",
        "path": "/api/v3/repos/acme/operations/issues/7",
      },
      {
        "body": {
          "body": "### ✓ RECOVERED after 1 d 1 h · db\\-backup @&#8203; db\\-03

    Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 \\(Europe\\/Riga\\), 1 d 1 h\\.

    Meanwhile 1 run failed or did not end in time, none missed\\.

    **Duration:** 3 min 57 s; usually 4 min 10 s, 95 % within 5 min

    **Next run:** Wed 5 Mar 2025, 02:00 Europe\\/Riga \\(00:00 UTC\\)

    **Project:** Acme

    [Run](<https://belfry.example.org/jobs/j1/runs/42>) · [Job](<https://belfry.example.org/jobs/j1>) · [Incident](<https://belfry.example.org/incidents/i1>)",
        },
        "method": "POST",
        "path": "/api/v3/repos/acme/operations/issues/7/comments",
      },
      {
        "body": null,
        "method": "DELETE",
        "path": "/api/v3/repos/acme/operations/labels/belfry-i1",
      },
    ]
  `);
});

test("a recovery without an issue asks for nothing", async () => {
  expect(await send(recoveredMessage())).toMatchObject({ accepted: true, externalId: null });
  expect(receiver.told()).toMatchObject([{ method: "GET" }]);
});

test("a notice opens an issue of its own", async () => {
  await send(undeliveredNotice());
  expect(receiver.told()).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "body": "This alert did not arrive: ✗ FAILED \\(exit 3\\) · db\\-backup @&#8203; db\\-03

    The channel “ops” \\(Slack\\) refused it for good\\. Its answer: no\\_service

    **What to do:** Repair the channel's address or make a new channel, then send a test\\.

    **Project:** Acme

    [Incident](<https://belfry.example.org/incidents/i1>) · [Channels](<https://belfry.example.org/channels>)",
          "labels": [
            "belfry",
          ],
          "title": "✗ NOT DELIVERED over Slack · ops",
        },
        "method": "POST",
        "path": "/api/v3/repos/acme/operations/issues",
      },
    ]
  `);
});

test("what clients wrote mentions nobody, links nowhere and stays inside its block", async () => {
  await send(nastyMessage());
  const [, { body: issue } = { body: null }] = receiver.told();
  const { body } = issue as { body: string };
  const [text = "", ...others] = body.split(/^````+$/m);
  expect(text).not.toMatch(
    /@[a-z]|https?:\/\/evil|(?<!\\)<(?!!-- belfry incident i1 -->|https:\/\/belfry\.example\.org)/,
  );
  expect(others).toHaveLength(2);
});

test("text keeps its words and loses its markup", () => {
  expect(escapeGithub("@ops see #4, https://x.example **now** <b>")).toBe(
    "@&#8203;ops see #&#8203;4, https:&#8203;\\/\\/x\\.example \\*\\*now\\*\\* \\<b\\>",
  );
});

const RESET = Math.floor(Date.UTC(2025, 2, 4) / 1000);

test.each<[string, HttpReply, object]>([
  ["401", { status: 401, body: '{"message":"Bad credentials"}' }, { permanent: true, status: 401 }],
  ["403", { status: 403, body: '{"message":"Resource not accessible"}' }, { permanent: true, status: 403 }],
  [
    "a limit of its own kind",
    {
      status: 403,
      headers: {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(RESET),
        date: new Date((RESET - 90) * 1000).toUTCString(),
      },
    },
    { permanent: false, status: 403, retryAfterMs: 90_000 },
  ],
  [
    "a second kind of limit",
    { status: 403, headers: { "retry-after": "60" } },
    { permanent: false, retryAfterMs: 60_000 },
  ],
  ["a limit in words", { status: 403, body: "secondary rate limit" }, { permanent: false, retryAfterMs: null }],
  ["404", { status: 404 }, { permanent: true, answer: expect.stringContaining("may not see it: check both.") }],
  ["410", { status: 410, body: "Issues are disabled" }, { permanent: true, answer: "Issues are disabled" }],
  ["429", { status: 429, headers: { "retry-after": "20" } }, { permanent: false, retryAfterMs: 20_000 }],
  ["500", { status: 500 }, { permanent: false, status: 500 }],
])("%s is told apart", async (_name, reply, expected) => {
  expect(await send(failedMessage(), reply)).toMatchObject({ accepted: false, ...expected });
  expect(receiver.sink().requests).toHaveLength(1);
});

test("settings are checked, and shown without the token", () => {
  const channel = channelOf(githubKind(receiver.http()));
  expect(channel.check({ repo: "acme/operations", token: TOKEN }).summary).toBe("acme/operations");
  const api = "https://github.example.org/api/v3/";
  expect(channel.check({ repo: "acme/x", token: TOKEN, api }).summary).toBe("acme/x on github.example.org");
  for (const repo of ["acme", "acme/..", "acme/x/issues", "../x"]) {
    expect(() => channel.check({ repo, token: TOKEN })).toThrow("owner/name");
  }
  expect(() => channel.check({ repo: "acme/x", token: "short" })).toThrow("github_pat_");
});
