import { expect, test } from "vitest";
import { discordKind, renderDiscord } from "../../../lib/delivery/kinds/discord.ts";
import { jsonOf, refusalOf, tryKind } from "../../support/channel-trial.ts";
import {
  failedMessage,
  longestMessage,
  nastyMessage,
  noticeMessage,
  recoveredMessage,
} from "../../support/messages.ts";

const trial = tryKind(discordKind, (url) => ({ url: `${url}/api/webhooks/123/to-ken_1?thread_id=9` }));

test("the exact request of a failure", async () => {
  const request = await trial.request(failedMessage());
  expect(request).toMatchObject({
    method: "POST",
    path: "/api/v10/webhooks/123/to-ken_1?thread_id=9&wait=true&with_components=true",
  });
  expect(request.headers).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "idempotency-key": "0198c0de-0000-4000-8000-000000000002",
  });
  expect(jsonOf(request)).toMatchInlineSnapshot(`
    {
      "allowed_mentions": {
        "parse": [],
      },
      "components": [],
      "embeds": [
        {
          "color": 13183530,
          "description": "The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    \`\`\`
    copying
    ERROR: disk full
    \`\`\`",
          "fields": [
            {
              "name": "Since",
              "value": "Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)",
            },
            {
              "name": "Duration",
              "value": "3 min 57 s; usually 4 min 10 s, 95 % within 5 min",
            },
            {
              "name": "Last good run",
              "value": "Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row",
            },
            {
              "name": "Next run",
              "value": "Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)",
            },
            {
              "name": "What to do",
              "value": "Read the output, repair the cause, then run the command by hand on db-03 as the same user.",
            },
            {
              "name": "Project",
              "value": "Acme",
            },
            {
              "name": "Open",
              "value": "[Run](https://belfry.example.org/jobs/j1/runs/42) · [Job](https://belfry.example.org/jobs/j1) · [Incident](https://belfry.example.org/incidents/i1)",
            },
          ],
          "timestamp": "2025-03-04T00:04:00.000Z",
          "title": "✗ FAILED (exit 3) · db-backup @ db-03",
          "url": "https://belfry.example.org/jobs/j1/runs/42",
        },
      ],
    }
  `);
});

test("the exact body of a recovery", async () => {
  expect(jsonOf(await trial.request(recoveredMessage()))).toMatchInlineSnapshot(`
    {
      "allowed_mentions": {
        "parse": [],
      },
      "components": [],
      "embeds": [
        {
          "color": 2853438,
          "description": "Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.",
          "fields": [
            {
              "name": "Duration",
              "value": "3 min 57 s; usually 4 min 10 s, 95 % within 5 min",
            },
            {
              "name": "Next run",
              "value": "Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)",
            },
            {
              "name": "Project",
              "value": "Acme",
            },
            {
              "name": "Open",
              "value": "[Run](https://belfry.example.org/jobs/j1/runs/42) · [Job](https://belfry.example.org/jobs/j1) · [Incident](https://belfry.example.org/incidents/i1)",
            },
          ],
          "timestamp": "2025-03-05T01:00:00.000Z",
          "title": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
          "url": "https://belfry.example.org/jobs/j1/runs/42",
        },
      ],
    }
  `);
});

test("the exact body of a notice", async () => {
  expect(jsonOf(await trial.request(noticeMessage()))).toMatchInlineSnapshot(`
    {
      "allowed_mentions": {
        "parse": [],
      },
      "components": [],
      "embeds": [
        {
          "color": 1598635,
          "description": "Belfry took no pings from Tue 4 Mar 2025, 00:00 UTC to Tue 4 Mar 2025, 00:20 UTC.
    2 jobs have runs in that time whose outcome is unknown; no alarm is raised for them.",
          "fields": [
            {
              "name": "What to do",
              "value": "Look at those jobs by hand if they matter, and find out why Belfry or its database stood still.",
            },
            {
              "name": "Project",
              "value": "Acme",
            },
            {
              "name": "Open",
              "value": "[Jobs](https://belfry.example.org/jobs)",
            },
          ],
          "timestamp": "2025-03-04T01:00:00.000Z",
          "title": "ℹ Belfry was away for 20 min",
          "url": "https://belfry.example.org/jobs",
        },
      ],
    }
  `);
});

test("nothing mentions anybody, hides a link or ends the code block", () => {
  const { embeds, allowed_mentions } = renderDiscord(nastyMessage());
  expect(allowed_mentions).toEqual({ parse: [] });
  const { title = "", description = "", fields = [] } = embeds[0] ?? {};
  const [before = "", , after] = description.split("```");
  expect(after).toBe("");
  for (const text of [title, before, ...fields.map(({ value }) => value)])
    expect(text).not.toMatch(/<[@!#h]|@everyone|(?<!\\)`/);
});

test("the longest message keeps Discord's limits, which count after escaping", () => {
  const [embed] = renderDiscord(longestMessage()).embeds;
  const { title = "", description = "", fields = [] } = embed ?? {};
  expect(description.length).toBeGreaterThan(2_000);
  expect(description.length).toBeLessThanOrEqual(4_096);
  expect(description).toMatch(/\n… \d+ lines before\n/);
  for (const { value } of fields) expect(value.length).toBeLessThanOrEqual(1_024);
  const all = [title, description, ...fields.flatMap(({ name, value }) => [name, value])].join("");
  expect(all.length).toBeLessThanOrEqual(6_000);
});

test("the message's id is kept", async () => {
  expect(await trial.send({ status: 200, body: '{"id":"42"}' })).toMatchObject({ accepted: true, externalId: "42" });
});

test("a limit names its pause in the body, in broken seconds", async () => {
  const body = '{"message":"You are being rate limited.","retry_after":64.57,"global":false}';
  expect(await trial.send({ status: 429, body })).toMatchObject({ permanent: false, retryAfterMs: 64_570 });
});

test("settings: an address of a webhook, its token never shown", () => {
  expect(trial.check({ url: "https://discord.com/api/webhooks/123456789012345678/abcDEF-secret" }).summary).toBe(
    "discord.com/…cret",
  );
  for (const url of ["https://discord.com/channels/1/2", "https://discord.com/api/webhooks/1/abc/slack"])
    expect(refusalOf(() => trial.check({ url }))).toBe(
      "This is not a webhook of Discord: paste an address such as https://discord.com/api/webhooks/…/…",
    );
});
