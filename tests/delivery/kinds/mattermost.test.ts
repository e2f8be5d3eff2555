import { expect, test } from "vitest";
import { mattermostKind, renderMattermost } from "../../../lib/delivery/kinds/mattermost.ts";
import { jsonOf, refusalOf, tryKind } from "../../support/channel-trial.ts";
import {
  failedMessage,
  longestMessage,
  nastyMessage,
  noticeMessage,
  recoveredMessage,
} from "../../support/messages.ts";

const trial = tryKind(mattermostKind, (url) => ({ url: `${url}/chat/hooks/abc123` }));

test("the exact request of a failure", async () => {
  const request = await trial.request(failedMessage());
  expect(request).toMatchObject({ method: "POST", path: "/chat/hooks/abc123" });
  expect(request.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(jsonOf(request)).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "color": "#c92a2a",
          "fallback": "✗ FAILED (exit 3) · db-backup @ db-03",
          "fields": [
            {
              "short": false,
              "title": "Since",
              "value": "Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)",
            },
            {
              "short": false,
              "title": "Duration",
              "value": "3 min 57 s; usually 4 min 10 s, 95 % within 5 min",
            },
            {
              "short": false,
              "title": "Last good run",
              "value": "Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row",
            },
            {
              "short": false,
              "title": "Next run",
              "value": "Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)",
            },
            {
              "short": false,
              "title": "What to do",
              "value": "Read the output, repair the cause, then run the command by hand on db-03 as the same user.",
            },
            {
              "short": false,
              "title": "Project",
              "value": "Acme",
            },
            {
              "short": false,
              "title": "Open",
              "value": "[Run](https://belfry.example.org/jobs/j1/runs/42) · [Job](https://belfry.example.org/jobs/j1) · [Incident](https://belfry.example.org/incidents/i1)",
            },
          ],
          "text": "The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    \`\`\`
    copying
    ERROR: disk full
    \`\`\`",
          "title": "✗ FAILED (exit 3) · db-backup @ db-03",
          "title_link": "https://belfry.example.org/jobs/j1/runs/42",
        },
      ],
    }
  `);
});

test("the exact body of a recovery", async () => {
  expect(jsonOf(await trial.request(recoveredMessage()))).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "color": "#2b8a3e",
          "fallback": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
          "fields": [
            {
              "short": false,
              "title": "Duration",
              "value": "3 min 57 s; usually 4 min 10 s, 95 % within 5 min",
            },
            {
              "short": false,
              "title": "Next run",
              "value": "Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)",
            },
            {
              "short": false,
              "title": "Project",
              "value": "Acme",
            },
            {
              "short": false,
              "title": "Open",
              "value": "[Run](https://belfry.example.org/jobs/j1/runs/42) · [Job](https://belfry.example.org/jobs/j1) · [Incident](https://belfry.example.org/incidents/i1)",
            },
          ],
          "text": "Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.",
          "title": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
          "title_link": "https://belfry.example.org/jobs/j1/runs/42",
        },
      ],
    }
  `);
});

test("the exact body of a notice", async () => {
  expect(jsonOf(await trial.request(noticeMessage()))).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "color": "#1864ab",
          "fallback": "ℹ Belfry was away for 20 min",
          "fields": [
            {
              "short": false,
              "title": "What to do",
              "value": "Look at those jobs by hand if they matter, and find out why Belfry or its database stood still.",
            },
            {
              "short": false,
              "title": "Project",
              "value": "Acme",
            },
            {
              "short": false,
              "title": "Open",
              "value": "[Jobs](https://belfry.example.org/jobs)",
            },
          ],
          "text": "Belfry took no pings from Tue 4 Mar 2025, 00:00 UTC to Tue 4 Mar 2025, 00:20 UTC.
    2 jobs have runs in that time whose outcome is unknown; no alarm is raised for them.",
          "title": "ℹ Belfry was away for 20 min",
          "title_link": "https://belfry.example.org/jobs",
        },
      ],
    }
  `);
});

test("nothing mentions anybody, becomes a link or ends the code block", () => {
  const [attachment] = renderMattermost(nastyMessage()).attachments;
  const { title = "", fallback = "", text = "", fields = [] } = attachment ?? {};
  const [before = "", code = "", after] = text.split("```");
  expect(after).toBe("");
  expect(code).toContain("error:");
  for (const shown of [title, fallback, before, ...fields.map(({ value }) => value)])
    expect(shown).not.toMatch(/@(?:channel|here|all|everyone)|(?<!\\)`/);
  // The server rewrites these before it reads the markdown, in code as well.
  for (const sent of [title, text, ...fields.map(({ value }) => value)])
    expect(sent).not.toMatch(/<!channel>|<@U1>|<[^<|]+\|[^>]+>/);
});

test("the longest message is one post, also on an older server", () => {
  const { attachments } = renderMattermost(longestMessage());
  expect(JSON.stringify(attachments).length).toBeLessThanOrEqual(7_600);
});

test("settings: an address of a webhook, its token never shown", () => {
  expect(trial.check({ url: "https://mm.example.org/hooks/abcdefghijklmnopqrstuvwxyz" }).summary).toBe(
    "mm.example.org/…wxyz",
  );
  expect(refusalOf(() => trial.check({ url: "https://mm.example.org/team/channels/town-square" }))).toBe(
    "This is not a webhook of Mattermost: paste an address such as https://mattermost.example.org/hooks/…",
  );
});
