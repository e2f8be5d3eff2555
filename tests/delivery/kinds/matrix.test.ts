import { expect, test } from "vitest";
import { matrixKind, renderMatrix } from "../../../lib/delivery/kinds/matrix.ts";
import { jsonOf, refusalOf, tryKind } from "../../support/channel-trial.ts";
import {
  failedMessage,
  longestMessage,
  nastyMessage,
  noticeMessage,
  recoveredMessage,
} from "../../support/messages.ts";

const trial = tryKind(matrixKind, (server) => ({ server, room: "!abcd:example.org", token: "syt_x" }));

test("the exact request of a failure, under an id that stays the same at every attempt", async () => {
  const request = await trial.request(failedMessage());
  expect(request).toMatchObject({
    method: "PUT",
    path: "/_matrix/client/v3/rooms/!abcd%3Aexample.org/send/m.room.message/0198c0de-0000-4000-8000-000000000002",
  });
  expect(request.headers).toMatchObject({
    authorization: "Bearer syt_x",
    "content-type": "application/json; charset=utf-8",
  });
  expect(jsonOf(request)).toMatchInlineSnapshot(`
    {
      "body": "✗ FAILED (exit 3) · db-backup @ db-03

    The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    Since: Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)

      | copying
      | ERROR: disk full

    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Last good run: Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    What to do: Read the output, repair the cause, then run the command by hand on db-03 as the same user.
    Project: Acme

    Run: https://belfry.example.org/jobs/j1/runs/42
    Job: https://belfry.example.org/jobs/j1
    Incident: https://belfry.example.org/incidents/i1",
      "format": "org.matrix.custom.html",
      "formatted_body": "<p><strong><span data-mx-color="#c92a2a">✗ FAILED (exit 3) · db-backup @ db-03</span></strong></p><p>The run failed at 02:04 (Europe/Riga) with exit code 3.<br>Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).</p><pre><code>copying
    ERROR: disk full</code></pre><p><strong>Since:</strong> Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)<br><strong>Duration:</strong> 3 min 57 s; usually 4 min 10 s, 95 % within 5 min<br><strong>Last good run:</strong> Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row<br><strong>Next run:</strong> Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)<br><strong>What to do:</strong> Read the output, repair the cause, then run the command by hand on db-03 as the same user.<br><strong>Project:</strong> Acme</p><p><a href="https://belfry.example.org/jobs/j1/runs/42">Run</a> · <a href="https://belfry.example.org/jobs/j1">Job</a> · <a href="https://belfry.example.org/incidents/i1">Incident</a></p>",
      "m.mentions": {},
      "msgtype": "m.text",
    }
  `);
});

test("the exact body of a recovery", async () => {
  expect(jsonOf(await trial.request(recoveredMessage()))).toMatchInlineSnapshot(`
    {
      "body": "✓ RECOVERED after 1 d 1 h · db-backup @ db-03

    Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.
    Duration: 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    Next run: Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    Project: Acme

    Run: https://belfry.example.org/jobs/j1/runs/42
    Job: https://belfry.example.org/jobs/j1
    Incident: https://belfry.example.org/incidents/i1",
      "format": "org.matrix.custom.html",
      "formatted_body": "<p><strong><span data-mx-color="#2b8a3e">✓ RECOVERED after 1 d 1 h · db-backup @ db-03</span></strong></p><p>Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.<br>Meanwhile 1 run failed or did not end in time, none missed.</p><p><strong>Duration:</strong> 3 min 57 s; usually 4 min 10 s, 95 % within 5 min<br><strong>Next run:</strong> Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)<br><strong>Project:</strong> Acme</p><p><a href="https://belfry.example.org/jobs/j1/runs/42">Run</a> · <a href="https://belfry.example.org/jobs/j1">Job</a> · <a href="https://belfry.example.org/incidents/i1">Incident</a></p>",
      "m.mentions": {},
      "msgtype": "m.text",
    }
  `);
});

test("the exact body of a notice", async () => {
  expect(jsonOf(await trial.request(noticeMessage()))).toMatchInlineSnapshot(`
    {
      "body": "ℹ Belfry was away for 20 min

    Belfry took no pings from Tue 4 Mar 2025, 00:00 UTC to Tue 4 Mar 2025, 00:20 UTC.
    2 jobs have runs in that time whose outcome is unknown; no alarm is raised for them.
    What to do: Look at those jobs by hand if they matter, and find out why Belfry or its database stood still.
    Project: Acme

    Jobs: https://belfry.example.org/jobs",
      "format": "org.matrix.custom.html",
      "formatted_body": "<p><strong><span data-mx-color="#1864ab">ℹ Belfry was away for 20 min</span></strong></p><p>Belfry took no pings from Tue 4 Mar 2025, 00:00 UTC to Tue 4 Mar 2025, 00:20 UTC.<br>2 jobs have runs in that time whose outcome is unknown; no alarm is raised for them.</p><p><strong>What to do:</strong> Look at those jobs by hand if they matter, and find out why Belfry or its database stood still.<br><strong>Project:</strong> Acme</p><p><a href="https://belfry.example.org/jobs">Jobs</a></p>",
      "m.mentions": {},
      "msgtype": "m.text",
    }
  `);
});

test("nobody is mentioned, and no tag is forged", () => {
  const { formatted_body: html, "m.mentions": mentions } = renderMatrix(nastyMessage());
  expect(mentions).toEqual({});
  expect(html).not.toMatch(/<(?!\/?(?:p|br|strong|span|pre|code|a)\b)/);
  expect(html.match(/<a /g)).toHaveLength(3);
});

test("the longest message stays far under the 65,536 bytes of an event", () => {
  expect(Buffer.byteLength(JSON.stringify(renderMatrix(longestMessage())))).toBeLessThanOrEqual(50_000);
});

test("the event's id is kept with its room", async () => {
  expect(await trial.send({ status: 200, body: '{"event_id":"$e"}' })).toMatchObject({
    externalId: "!abcd:example.org $e",
  });
});

test("a limit names its pause in the body, in milliseconds", async () => {
  const body = '{"errcode":"M_LIMIT_EXCEEDED","error":"Too many requests","retry_after_ms":2000}';
  expect(await trial.send({ status: 429, body })).toMatchObject({ permanent: false, retryAfterMs: 2_000 });
});

test("settings: server, room and token, the token never shown", () => {
  expect(trial.check({ server: "https://matrix.example.org" }).summary).toBe("!abcd:example.org · matrix.example.org");
  expect(refusalOf(() => trial.check({ room: "#ops:example.org" }))).toBe(
    "Paste the room's internal ID, which begins with !, such as !abc:example.org.",
  );
  expect(refusalOf(() => trial.check({ token: "two words" }))).toBe(
    "Paste the access token of the account that writes into the room.",
  );
  expect(refusalOf(() => trial.check({ server: "https://matrix.example.org/#/room" }))).toMatch(/without \? and #/);
});
