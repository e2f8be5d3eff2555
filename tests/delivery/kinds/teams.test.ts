import { expect, test } from "vitest";
import { renderTeams, teamsKind } from "../../../lib/delivery/kinds/teams.ts";
import type { SunkRequest } from "../../support/http-sink.ts";
import { jsonOf, refusalOf, tryKind } from "../../support/channel-trial.ts";
import {
  failedMessage,
  longestMessage,
  nastyMessage,
  noticeMessage,
  recoveredMessage,
} from "../../support/messages.ts";

const trial = tryKind(teamsKind, (url) => ({ url: `${url}/workflows/1/triggers/manual/paths/invoke?sig=s3` }));

/** The whole JSON, one element of the card a line. */
function cardLines(request: SunkRequest): string[] {
  const { attachments, ...envelope } = jsonOf<{ attachments: { content: { body: object[] } }[] }>(request);
  return attachments.flatMap(({ content: { body, ...card }, ...attachment }) =>
    [envelope, attachment, card, ...body].map((part) => JSON.stringify(part)),
  );
}

test("the exact request of a failure", async () => {
  const request = await trial.request(failedMessage());
  expect(request).toMatchObject({ method: "POST", path: "/workflows/1/triggers/manual/paths/invoke?sig=s3" });
  expect(request.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(cardLines(request)).toMatchInlineSnapshot(`
    [
      "{"type":"message","summary":"✗ FAILED (exit 3) · db-backup @ db-03"}",
      "{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null}",
      "{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","msteams":{"width":"Full"},"fallbackText":"✗ FAILED (exit 3) · db-backup @ db-03","actions":[{"type":"Action.OpenUrl","title":"Run","url":"https://belfry.example.org/jobs/j1/runs/42"},{"type":"Action.OpenUrl","title":"Job","url":"https://belfry.example.org/jobs/j1"},{"type":"Action.OpenUrl","title":"Incident","url":"https://belfry.example.org/incidents/i1"}]}",
      "{"type":"Container","style":"attention","bleed":true,"items":[{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"✗ FAILED (exit 3) · db-backup @ db-03","weight":"Bolder","size":"Medium"}]}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"The run failed at 02:04 (Europe/Riga) with exit code 3."}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC)."}]}",
      "{"type":"Container","style":"emphasis","items":[{"type":"RichTextBlock","spacing":"None","inlines":[{"type":"TextRun","text":"copying","fontType":"Monospace","size":"Small"}]},{"type":"RichTextBlock","spacing":"None","inlines":[{"type":"TextRun","text":"ERROR: disk full","fontType":"Monospace","size":"Small"}]}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Since: ","weight":"Bolder"},{"type":"TextRun","text":"Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)"}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Duration: ","weight":"Bolder"},{"type":"TextRun","text":"3 min 57 s; usually 4 min 10 s, 95 % within 5 min"}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Last good run: ","weight":"Bolder"},{"type":"TextRun","text":"Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row"}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Next run: ","weight":"Bolder"},{"type":"TextRun","text":"Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)"}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"What to do: ","weight":"Bolder"},{"type":"TextRun","text":"Read the output, repair the cause, then run the command by hand on db-03 as the same user."}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Project: ","weight":"Bolder"},{"type":"TextRun","text":"Acme"}]}",
    ]
  `);
});

test("the exact body of a recovery", async () => {
  expect(cardLines(await trial.request(recoveredMessage()))).toMatchInlineSnapshot(`
    [
      "{"type":"message","summary":"✓ RECOVERED after 1 d 1 h · db-backup @ db-03"}",
      "{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null}",
      "{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","msteams":{"width":"Full"},"fallbackText":"✓ RECOVERED after 1 d 1 h · db-backup @ db-03","actions":[{"type":"Action.OpenUrl","title":"Run","url":"https://belfry.example.org/jobs/j1/runs/42"},{"type":"Action.OpenUrl","title":"Job","url":"https://belfry.example.org/jobs/j1"},{"type":"Action.OpenUrl","title":"Incident","url":"https://belfry.example.org/incidents/i1"}]}",
      "{"type":"Container","style":"good","bleed":true,"items":[{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"✓ RECOVERED after 1 d 1 h · db-backup @ db-03","weight":"Bolder","size":"Medium"}]}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h."}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Meanwhile 1 run failed or did not end in time, none missed."}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Duration: ","weight":"Bolder"},{"type":"TextRun","text":"3 min 57 s; usually 4 min 10 s, 95 % within 5 min"}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Next run: ","weight":"Bolder"},{"type":"TextRun","text":"Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)"}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Project: ","weight":"Bolder"},{"type":"TextRun","text":"Acme"}]}",
    ]
  `);
});

test("the exact body of a notice", async () => {
  expect(cardLines(await trial.request(noticeMessage()))).toMatchInlineSnapshot(`
    [
      "{"type":"message","summary":"ℹ Belfry was away for 20 min"}",
      "{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null}",
      "{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","msteams":{"width":"Full"},"fallbackText":"ℹ Belfry was away for 20 min","actions":[{"type":"Action.OpenUrl","title":"Jobs","url":"https://belfry.example.org/jobs"}]}",
      "{"type":"Container","style":"accent","bleed":true,"items":[{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"ℹ Belfry was away for 20 min","weight":"Bolder","size":"Medium"}]}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Belfry took no pings from Tue 4 Mar 2025, 00:00 UTC to Tue 4 Mar 2025, 00:20 UTC."}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"2 jobs have runs in that time whose outcome is unknown; no alarm is raised for them."}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"What to do: ","weight":"Bolder"},{"type":"TextRun","text":"Look at those jobs by hand if they matter, and find out why Belfry or its database stood still."}]}",
      "{"type":"RichTextBlock","spacing":"Small","inlines":[{"type":"TextRun","text":"Project: ","weight":"Bolder"},{"type":"TextRun","text":"Acme"}]}",
    ]
  `);
});

test("all text stands where no markup is read, and nothing is there that could mention", () => {
  const card = JSON.stringify(renderTeams(nastyMessage()));
  expect(card).not.toMatch(/"type":"(?:TextBlock|FactSet)"|"entities"/);
  expect(card).toContain("<!channel>");
});

test("the longest message stays under Teams' 28 kB, with less output where it must", () => {
  expect(Buffer.byteLength(JSON.stringify(renderTeams(longestMessage())))).toBeLessThanOrEqual(25_000);
  expect(JSON.stringify(renderTeams(longestMessage()))).toMatch(/… \d+ lines before/);
});

test.each<[string, { status: number; body: string }, object]>([
  ["a connector's 1 is a receipt", { status: 200, body: "1" }, { accepted: true, status: 200 }],
  [
    "a connector's limit comes under 200",
    {
      status: 200,
      body: "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0",
    },
    { accepted: false, permanent: false, status: 429 },
  ],
  [
    "a connector's refusal comes under 200",
    {
      status: 200,
      body: "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 400",
    },
    { accepted: false, permanent: true, status: 400 },
  ],
  [
    "a connector without Teams behind it passes",
    { status: 200, body: "Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint" },
    { accepted: false, permanent: false, status: 502 },
  ],
])("%s", async (_rule, reply, expected) => {
  expect(await trial.send(reply)).toMatchObject(expected);
});

test("settings: an address, its signature never shown", () => {
  const url = "https://prod-12.westeurope.logic.azure.com/workflows/0123456789/triggers/manual/paths/invoke?sig=abcdef";
  expect(trial.check({ url }).summary).toBe("prod-12.westeurope.logic.azure.com/…cdef");
  expect(refusalOf(() => trial.check({ url: "teams" }))).toMatch(/^This is not a web address\. Paste it whole/);
});
