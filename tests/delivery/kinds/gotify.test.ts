import { describe, expect, test } from "vitest";
import { gotifyKind, renderGotify } from "../../../lib/delivery/kinds/gotify.ts";
import { useChannel } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const TOKEN = "AbCdEf1234.-xyz";
const OK = { status: 200, body: JSON.stringify({ id: 25, appid: 5 }) };

const trial = useChannel(gotifyKind);
const settings = (changes = {}) => ({ server: `${trial.url()}/push/`, token: TOKEN, ...changes });

test("the exact request of a failure, also to a server below a path", async () => {
  const attempt = await trial.send({ settings: settings(), message: failedMessage(), reply: OK });
  expect(attempt).toMatchObject({ accepted: true, externalId: "25" });
  const { method, path, headers, body } = trial.request();
  expect([method, path, headers["x-gotify-key"]]).toEqual(["POST", "/push/message", TOKEN]);
  expect(JSON.parse(body)).toMatchInlineSnapshot(`
    {
      "extras": {
        "client::display": {
          "contentType": "text/markdown",
        },
        "client::notification": {
          "click": {
            "url": "https://belfry.example.org/jobs/j1/runs/42",
          },
        },
      },
      "message": "The run failed at 02:04 (Europe/Riga) with exit code 3.  
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).  
    **Since:** Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)

    \`\`\`
    copying
    ERROR: disk full
    \`\`\`

    **Duration:** 3 min 57 s; usually 4 min 10 s, 95 % within 5 min  
    **Last good run:** Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row  
    **Next run:** Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)  
    **What to do:** Read the output, repair the cause, then run the command by hand on db-03 as the same user.  
    **Project:** Acme

    [Run](<https://belfry.example.org/jobs/j1/runs/42>) · [Job](<https://belfry.example.org/jobs/j1>) · [Incident](<https://belfry.example.org/incidents/i1>)",
      "priority": 8,
      "title": "✗ FAILED (exit 3) · db-backup @ db-03",
    }
  `);
});

test("recoveries and notices", () => {
  expect(renderGotify(recoveredMessage())).toMatchInlineSnapshot(`
    {
      "extras": {
        "client::display": {
          "contentType": "text/markdown",
        },
        "client::notification": {
          "click": {
            "url": "https://belfry.example.org/jobs/j1/runs/42",
          },
        },
      },
      "message": "Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.  
    Meanwhile 1 run failed or did not end in time, none missed.  
    **Duration:** 3 min 57 s; usually 4 min 10 s, 95 % within 5 min  
    **Next run:** Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)  
    **Project:** Acme

    [Run](<https://belfry.example.org/jobs/j1/runs/42>) · [Job](<https://belfry.example.org/jobs/j1>) · [Incident](<https://belfry.example.org/incidents/i1>)",
      "priority": 3,
      "title": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03",
    }
  `);
  expect(renderGotify(undeliveredNotice())).toMatchInlineSnapshot(`
    {
      "extras": {
        "client::display": {
          "contentType": "text/markdown",
        },
        "client::notification": {
          "click": {
            "url": "https://belfry.example.org/incidents/i1",
          },
        },
      },
      "message": "This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03  
    The channel “ops” (Slack) refused it for good. Its answer: no\\_service  
    **What to do:** Repair the channel's address or make a new channel, then send a test.  
    **Project:** Acme

    [Incident](<https://belfry.example.org/incidents/i1>) · [Channels](<https://belfry.example.org/channels>)",
      "priority": 8,
      "title": "✗ NOT DELIVERED over Slack · ops",
    }
  `);
});

test("texts of clients are no markdown", () => {
  const { message } = renderGotify(nastyMessage());
  expect(message.length).toBeLessThanOrEqual(8_000);
  const [fence = ""] = /^`{3,}$/m.exec(message) ?? [];
  expect(fence).toBe("````");
  const [before = "", , after = ""] = message.split(`\n${fence}\n`);
  expect(before + after).not.toMatch(/(?<!\\)<(?!https:\/\/belfry\.example\.org)/);
});

test("what looks like markup is shown as it is written", () => {
  const job = {
    id: "j1",
    slug: "s",
    name: "a_b *c* [d](https://evil.example) `e` <i>",
    timeZone: "UTC",
    scheduleKind: "cron",
  } as const;
  const { message } = renderGotify(failedMessage({ job, project: { id: "p1", name: job.name }, output: null }));
  expect(message).toContain("**Project:** a\\_b \\*c\\* \\[d\\](https://evil.example) \\`e\\` \\<i\\>");
});

test("a long output is cut, its newest lines stay", () => {
  const output = Array.from({ length: 400 }, (_, index) => `line ${index}`).join("\n");
  const { message } = renderGotify(failedMessage({ output }));
  expect(message).toContain("line 399");
  expect(message).toMatch(/… 380 lines before/);
});

describe("refusals", () => {
  test.each([
    ["an unknown token", { status: 401 }, { permanent: true, answer: expect.stringContaining("under Apps") }],
    ["a token that may not send", { status: 403 }, { permanent: true, answer: expect.stringContaining("application") }],
    ["no Gotify there", { status: 404 }, { permanent: true, answer: expect.stringContaining("check the server") }],
    ["a limit of a proxy", { status: 429, headers: { "retry-after": "9" } }, { permanent: false, retryAfterMs: 9_000 }],
    ["a fault", { status: 500 }, { permanent: false, status: 500 }],
  ])("%s", async (_name, reply, expected) => {
    const attempt = await trial.send({ settings: settings(), message: failedMessage(), reply });
    expect(attempt).toMatchObject({ accepted: false, ...expected });
    expect(attempt.answer).not.toContain("[masked]");
  });
});

test("settings are shown without the token, and refused in one sentence", () => {
  expect(trial.check(settings()).summary).toBe(`${new URL(trial.url()).host}/push`);
  expect(() => trial.check(settings({ token: "" }))).toThrow("Paste the token of an application");
  expect(() => trial.check(settings({ token: "CbCdEf1234.-xyz" }))).toThrow("This is the token of a client");
});
