import { expect, test } from "vitest";
import { renderZulip, zulipKind } from "../../../lib/delivery/kinds/zulip.ts";
import type { SunkRequest } from "../../support/http-sink.ts";
import { refusalOf, tryKind } from "../../support/channel-trial.ts";
import {
  failedMessage,
  longestMessage,
  nastyMessage,
  noticeMessage,
  recoveredMessage,
} from "../../support/messages.ts";

const KEY = "0123456789abcdef0123456789abcdef";

const trial = tryKind(zulipKind, (server) => ({
  server: `${server}/`,
  email: "belfry-bot@zulip.example.org",
  key: KEY,
  stream: "#alerts",
}));

function formOf({ body }: SunkRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

test("the exact request of a failure", async () => {
  const request = await trial.request(failedMessage());
  expect(request).toMatchObject({ method: "POST", path: "/api/v1/messages" });
  expect(request.headers).toMatchObject({
    authorization: `Basic ${Buffer.from(`belfry-bot@zulip.example.org:${KEY}`).toString("base64")}`,
    "content-type": "application/x-www-form-urlencoded",
  });
  expect(formOf(request)).toMatchInlineSnapshot(`
    {
      "content": "**✗ FAILED (exit 3) · db-backup @ db-03**
    The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    \`\`\`
    copying
    ERROR: disk full
    \`\`\`

    **Since:** Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)
    **Duration:** 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    **Last good run:** Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row
    **Next run:** Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    **What to do:** Read the output, repair the cause, then run the command by hand on db-03 as the same user.
    **Project:** Acme
    **Open:** [Run](https://belfry.example.org/jobs/j1/runs/42) · [Job](https://belfry.example.org/jobs/j1) · [Incident](https://belfry.example.org/incidents/i1)",
      "to": "alerts",
      "topic": "db-backup · incident 3",
      "type": "stream",
    }
  `);
});

test("a recovery comes to the topic of its failure", async () => {
  const form = formOf(await trial.request(recoveredMessage()));
  expect(form.topic).toBe("db-backup · incident 3");
  expect(form.content).toMatchInlineSnapshot(`
    "**✓ RECOVERED after 1 d 1 h · db-backup @ db-03**
    Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.

    **Duration:** 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    **Next run:** Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    **Project:** Acme
    **Open:** [Run](https://belfry.example.org/jobs/j1/runs/42) · [Job](https://belfry.example.org/jobs/j1) · [Incident](https://belfry.example.org/incidents/i1)"
  `);
});

test("a notice has a topic for what is about Belfry", async () => {
  const form = formOf(await trial.request(noticeMessage()));
  expect(form.topic).toBe("Belfry");
  expect(form.content).toMatchInlineSnapshot(`
    "**ℹ Belfry was away for 20 min**
    Belfry took no pings from Tue 4 Mar 2025, 00:00 UTC to Tue 4 Mar 2025, 00:20 UTC.
    2 jobs have runs in that time whose outcome is unknown; no alarm is raised for them.

    **What to do:** Look at those jobs by hand if they matter, and find out why Belfry or its database stood still.
    **Project:** Acme
    **Open:** [Jobs](https://belfry.example.org/jobs)"
  `);
});

test("nothing mentions anybody, hides a link or ends the code block", () => {
  const job = { id: "j1", slug: "s", name: "@**all** [a](http://e.x)", timeZone: "UTC", scheduleKind: "cron" as const };
  expect(renderZulip(failedMessage({ job }))).not.toMatch(/@_?\*|\]\(http:/);
  const [before = "", , after = ""] = renderZulip(nastyMessage()).split("```");
  for (const shown of [before, after]) expect(shown).not.toMatch(/<[@!#ht]|@everyone|`/);
});

test("the longest message and topic keep Zulip's limits", async () => {
  const form = formOf(await trial.request(longestMessage()));
  expect(form.content?.length).toBeLessThanOrEqual(10_000);
  expect(form.topic).toMatch(/… · incident 3$/);
  expect(form.topic?.length).toBeLessThanOrEqual(60);
});

test("the message's id is kept", async () => {
  const reply = { status: 200, body: '{"id":42,"msg":"","result":"success"}' };
  expect(await trial.send(reply)).toMatchObject({ accepted: true, externalId: "42" });
});

test("a limit names its pause in the body, in broken seconds", async () => {
  const body =
    '{"code":"RATE_LIMIT_HIT","msg":"API usage exceeded rate limit","result":"error","retry-after":28.706807374954224}';
  expect(await trial.send({ status: 429, body })).toMatchObject({ permanent: false, retryAfterMs: 28_707 });
});

test("settings: what identifies the bot, its key never shown", () => {
  expect(trial.check({ server: "https://acme.zulipchat.com" }).summary).toBe("#alerts · acme.zulipchat.com");
  expect(refusalOf(() => trial.check({ email: "belfry" }))).toBe(
    "Paste the bot's e-mail address, such as belfry-bot@example.zulipchat.com.",
  );
  expect(refusalOf(() => trial.check({ key: "short" }))).toBe(
    "Paste the bot's API key, which Zulip shows in its list of bots.",
  );
  expect(refusalOf(() => trial.check({ stream: "" }))).toBe("Write the name of one channel, at most 60 characters.");
});
