import { expect, test } from "vitest";
import { googleChatKind, renderGoogleChat } from "../../../lib/delivery/kinds/google-chat.ts";
import type { SunkRequest } from "../../support/http-sink.ts";
import { jsonOf, refusalOf, tryKind } from "../../support/channel-trial.ts";
import {
  failedMessage,
  longestMessage,
  nastyMessage,
  noticeMessage,
  recoveredMessage,
} from "../../support/messages.ts";

const trial = tryKind(googleChatKind, (url) => ({ url: `${url}/v1/spaces/AAAA/messages?key=k&token=t%3D` }));

type Message = { cardsV2: { card: { sections: { widgets: object[] }[] } }[] };

/** The whole JSON, one widget of the card a line. */
function cardLines(request: SunkRequest): string[] {
  const { cardsV2, ...envelope } = jsonOf<Message>(request);
  return cardsV2.flatMap(({ card: { sections, ...card }, ...named }) =>
    [envelope, named, card, ...sections.flatMap(({ widgets }) => widgets)].map((part) => JSON.stringify(part)),
  );
}

test("the exact request of a failure", async () => {
  const request = await trial.request(failedMessage());
  expect(request.method).toBe("POST");
  expect(request.path).toBe(
    "/v1/spaces/AAAA/messages?key=k&token=t%3D&requestId=0198c0de-0000-4000-8000-000000000002&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
  );
  expect(request.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(cardLines(request)).toMatchInlineSnapshot(`
    [
      "{"text":"*✗ FAILED (exit 3) · db-backup @ db-03*\\n\`\`\`\\ncopying\\nERROR: disk full\\n\`\`\`","thread":{"threadKey":"i1.lane"}}",
      "{"cardId":"alert"}",
      "{}",
      "{"textParagraph":{"text":"<font color=\\"#c92a2a\\"><b>The run failed at 02:04 (Europe/Riga) with exit code 3.</b></font><br>Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC)."}}",
      "{"decoratedText":{"topLabel":"Since","text":"Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)","wrapText":true}}",
      "{"decoratedText":{"topLabel":"Duration","text":"3 min 57 s; usually 4 min 10 s, 95 % within 5 min","wrapText":true}}",
      "{"decoratedText":{"topLabel":"Last good run","text":"Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row","wrapText":true}}",
      "{"decoratedText":{"topLabel":"Next run","text":"Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)","wrapText":true}}",
      "{"decoratedText":{"topLabel":"What to do","text":"Read the output, repair the cause, then run the command by hand on db-03 as the same user.","wrapText":true}}",
      "{"decoratedText":{"topLabel":"Project","text":"Acme","wrapText":true}}",
      "{"buttonList":{"buttons":[{"text":"Run","onClick":{"openLink":{"url":"https://belfry.example.org/jobs/j1/runs/42"}}},{"text":"Job","onClick":{"openLink":{"url":"https://belfry.example.org/jobs/j1"}}},{"text":"Incident","onClick":{"openLink":{"url":"https://belfry.example.org/incidents/i1"}}}]}}",
    ]
  `);
});

test("a recovery comes to the thread of its failure", async () => {
  const request = await trial.request(recoveredMessage());
  expect(jsonOf(request)).toMatchObject({ thread: { threadKey: "i1.lane" } });
  expect(cardLines(request)).toMatchInlineSnapshot(`
    [
      "{"text":"*✓ RECOVERED after 1 d 1 h · db-backup @ db-03*","thread":{"threadKey":"i1.lane"}}",
      "{"cardId":"alert"}",
      "{}",
      "{"textParagraph":{"text":"<font color=\\"#2b8a3e\\"><b>Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.</b></font><br>Meanwhile 1 run failed or did not end in time, none missed."}}",
      "{"decoratedText":{"topLabel":"Duration","text":"3 min 57 s; usually 4 min 10 s, 95 % within 5 min","wrapText":true}}",
      "{"decoratedText":{"topLabel":"Next run","text":"Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)","wrapText":true}}",
      "{"decoratedText":{"topLabel":"Project","text":"Acme","wrapText":true}}",
      "{"buttonList":{"buttons":[{"text":"Run","onClick":{"openLink":{"url":"https://belfry.example.org/jobs/j1/runs/42"}}},{"text":"Job","onClick":{"openLink":{"url":"https://belfry.example.org/jobs/j1"}}},{"text":"Incident","onClick":{"openLink":{"url":"https://belfry.example.org/incidents/i1"}}}]}}",
    ]
  `);
});

test("a notice has no thread", async () => {
  const request = await trial.request(noticeMessage(), { threadKey: null });
  expect(request.path).toBe("/v1/spaces/AAAA/messages?key=k&token=t%3D&requestId=0198c0de-0000-4000-8000-000000000002");
  expect(cardLines(request)).toMatchInlineSnapshot(`
    [
      "{"text":"*ℹ Belfry was away for 20 min*"}",
      "{"cardId":"alert"}",
      "{}",
      "{"textParagraph":{"text":"<font color=\\"#1864ab\\"><b>Belfry took no pings from Tue 4 Mar 2025, 00:00 UTC to Tue 4 Mar 2025, 00:20 UTC.</b></font><br>2 jobs have runs in that time whose outcome is unknown; no alarm is raised for them."}}",
      "{"decoratedText":{"topLabel":"What to do","text":"Look at those jobs by hand if they matter, and find out why Belfry or its database stood still.","wrapText":true}}",
      "{"decoratedText":{"topLabel":"Project","text":"Acme","wrapText":true}}",
      "{"buttonList":{"buttons":[{"text":"Jobs","onClick":{"openLink":{"url":"https://belfry.example.org/jobs"}}}]}}",
    ]
  `);
});

test("nothing mentions anybody, hides a link, forges a tag or ends the code block", () => {
  const job = { id: "j1", slug: "s", name: "<users/all> *x*", timeZone: "UTC", scheduleKind: "cron" as const };
  const mention = renderGoogleChat(failedMessage({ job, output: "<users/all> ``` <users/1>" }), { threadKey: null });
  expect(mention.text).not.toContain("<users/");
  expect(mention.text.split("```")).toHaveLength(3);
  const nasty = renderGoogleChat(nastyMessage(), { threadKey: null });
  expect(nasty.text).not.toMatch(/<[^<|]+\|[^>]+>/);
  expect(JSON.stringify(nasty.cardsV2)).not.toMatch(/<(?!\/?(?:font|b|br)\b)/);
});

test("the longest message stays under Google's 32,000 bytes", () => {
  expect(Buffer.byteLength(JSON.stringify(renderGoogleChat(longestMessage(), { threadKey: "k" })))).toBeLessThanOrEqual(
    30_000,
  );
});

test("the message's name is kept", async () => {
  const reply = { status: 200, body: '{"name":"spaces/AAAA/messages/B.B"}' };
  expect(await trial.send(reply)).toMatchObject({ accepted: true, externalId: "spaces/AAAA/messages/B.B" });
});

test("settings: an address of a webhook, its token never shown", () => {
  expect(
    trial.check({ url: "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=AIza&token=sEcReT-1234" }).summary,
  ).toBe("chat.googleapis.com/…1234");
  expect(refusalOf(() => trial.check({ url: "https://chat.google.com/room/AAAA" }))).toBe(
    "This is not a webhook of Google Chat: paste an address such as https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=…",
  );
});
