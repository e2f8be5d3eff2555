import { expect, test } from "vitest";
import { renderRocketchat, rocketchatKind } from "../../../lib/delivery/kinds/rocketchat.ts";
import { jsonOf, refusalOf, tryKind } from "../../support/channel-trial.ts";
import {
  failedMessage,
  longestMessage,
  nastyMessage,
  noticeMessage,
  recoveredMessage,
} from "../../support/messages.ts";

const trial = tryKind(rocketchatKind, (url) => ({ url: `${url}/hooks/abc/def` }));

test("the exact request of a failure", async () => {
  const request = await trial.request(failedMessage());
  expect(request).toMatchObject({ method: "POST", path: "/hooks/abc/def" });
  expect(request.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(jsonOf(request)).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "color": "#c92a2a",
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
        },
      ],
      "text": "✗ FAILED (exit 3) · db-backup @ db-03",
    }
  `);
});

test("the exact body of a recovery", async () => {
  expect(jsonOf(await trial.request(recoveredMessage()))).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "color": "#2b8a3e",
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
        },
      ],
      "text": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
    }
  `);
});

test("the exact body of a notice", async () => {
  expect(jsonOf(await trial.request(noticeMessage()))).toMatchInlineSnapshot(`
    {
      "attachments": [
        {
          "color": "#1864ab",
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
        },
      ],
      "text": "ℹ Belfry was away for 20 min",
    }
  `);
});

test("nothing mentions anybody, hides a link or ends the code block", () => {
  const { text, attachments } = renderRocketchat(nastyMessage());
  const [attachment] = attachments;
  const [before = "", code = "", after] = attachment?.text.split("```") ?? [];
  expect(after).toBe("");
  expect(code).not.toContain("`");
  for (const shown of [text, before, ...(attachment?.fields.map(({ value }) => value) ?? [])])
    expect(shown).not.toMatch(/<[@!#h]|@(?:everyone|all|here)|`/);
});

test("links of others stay text, which an escape character would not do here", () => {
  const job = {
    id: "j1",
    slug: "s",
    name: "[a](http://e.x) *b* ~~c~~",
    timeZone: "UTC",
    scheduleKind: "cron" as const,
  };
  expect(renderRocketchat(failedMessage({ job })).text).toContain("[a]\u200b(http://e.x) ∗b∗ ~\u200b~c~\u200b~");
});

test("the longest message keeps the limit of 5,000 characters a text", () => {
  const { text, attachments } = renderRocketchat(longestMessage());
  expect(text.length).toBeLessThanOrEqual(256);
  expect(attachments[0]?.text.length).toBeLessThanOrEqual(3_500);
});

test.each<[string, { status: number; body: string }, object]>([
  [
    "a refusal under 200 is one",
    { status: 200, body: '{"success":false,"error":"error-action-not-allowed"}' },
    { accepted: false, permanent: true, answer: '{"success":false,"error":"error-action-not-allowed"}' },
  ],
  [
    "a limit names its pause in a sentence",
    {
      status: 429,
      body: '{"success":false,"error":"Error, too many requests. Please slow down. You must wait 36 seconds before trying this endpoint again. [error-too-many-requests]"}',
    },
    { accepted: false, permanent: false, retryAfterMs: 36_000 },
  ],
  [
    "a limit is no refusal for good, whatever its status",
    { status: 200, body: '{"success":false,"error":"You must wait 7 seconds before trying this endpoint again."}' },
    { accepted: false, permanent: false, retryAfterMs: 7_000 },
  ],
])("%s", async (_rule, reply, expected) => {
  expect(await trial.send(reply)).toMatchObject(expected);
});

test("settings: an address of a webhook, its token never shown", () => {
  expect(trial.check({ url: "https://chat.example.org/hooks/65f0aa/abcdefghijklmnopqrstuvwxyz" }).summary).toBe(
    "chat.example.org/…wxyz",
  );
  expect(refusalOf(() => trial.check({ url: "https://chat.example.org/hooks/65f0aa" }))).toBe(
    "This is not a webhook of Rocket.Chat: paste an address such as https://chat.example.org/hooks/…/…",
  );
});
