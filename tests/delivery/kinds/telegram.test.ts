import { describe, expect, test } from "vitest";
import { renderTelegram, telegramKind } from "../../../lib/delivery/kinds/telegram.ts";
import { useChannel } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const TOKEN = "123456789:AAEabcdefghijklmnopqrstuvwxyz123456";
const SETTINGS = { token: TOKEN, chat: "-1001234567890", topic: "7" };
const OK = { status: 200, body: JSON.stringify({ ok: true, result: { message_id: 815 } }) };

const trial = useChannel(telegramKind);

const refusal = (status: number, description: string, parameters?: object) => ({
  status,
  body: JSON.stringify({ ok: false, error_code: status, description, parameters }),
});

test("the exact request of a failure", async () => {
  const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply: OK });
  expect(attempt).toMatchObject({ accepted: true, externalId: "815" });
  const { method, path, headers, body } = trial.request();
  expect([method, path, headers["content-type"]]).toEqual(["POST", `/bot${TOKEN}/sendMessage`, "application/json"]);
  expect(JSON.parse(body)).toMatchInlineSnapshot(`
    {
      "chat_id": "-1001234567890",
      "link_preview_options": {
        "is_disabled": true,
      },
      "message_thread_id": 7,
      "parse_mode": "HTML",
      "text": "<b>✗ FAILED (exit 3) · db-backup @ db-03</b>
    The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    <b>Since:</b> Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)
    <pre>copying
    ERROR: disk full</pre>
    <b>Duration:</b> 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    <b>Last good run:</b> Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row
    <b>Next run:</b> Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    <b>What to do:</b> Read the output, repair the cause, then run the command by hand on db-03 as the same user.
    <b>Project:</b> Acme
    <a href="https://belfry.example.org/jobs/j1/runs/42">Run</a> · <a href="https://belfry.example.org/jobs/j1">Job</a> · <a href="https://belfry.example.org/incidents/i1">Incident</a>",
    }
  `);
});

test("recoveries and notices, without a topic", async () => {
  await trial.send({ settings: { ...SETTINGS, topic: "" }, message: recoveredMessage(), reply: OK });
  expect(JSON.parse(trial.request().body)).not.toHaveProperty("message_thread_id");
  expect(renderTelegram(recoveredMessage())).toMatchInlineSnapshot(`
    "<b>✓ RECOVERED after 1 d 1 h · db-backup @ db-03</b>
    Down from Tue 4 Mar 2025, 02:04 to Wed 5 Mar 2025, 03:00 (Europe/Riga), 1 d 1 h.
    Meanwhile 1 run failed or did not end in time, none missed.
    <b>Duration:</b> 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    <b>Next run:</b> Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    <b>Project:</b> Acme
    <a href="https://belfry.example.org/jobs/j1/runs/42">Run</a> · <a href="https://belfry.example.org/jobs/j1">Job</a> · <a href="https://belfry.example.org/incidents/i1">Incident</a>"
  `);
  expect(renderTelegram(undeliveredNotice())).toMatchInlineSnapshot(`
    "<b>✗ NOT DELIVERED over Slack · ops</b>
    This alert did not arrive: ✗ FAILED (exit 3) · db-backup @ db-03
    The channel “ops” (Slack) refused it for good. Its answer: no_service
    <b>What to do:</b> Repair the channel&#39;s address or make a new channel, then send a test.
    <b>Project:</b> Acme
    <a href="https://belfry.example.org/incidents/i1">Incident</a> · <a href="https://belfry.example.org/channels">Channels</a>"
  `);
});

test("a long output loses its oldest lines, also where escaping makes it long", () => {
  const output = Array.from({ length: 20 }, (_, index) => `line ${index} ${"<&>".repeat(35)}`).join("\n");
  const text = renderTelegram(failedMessage({ output }));
  expect(text.length).toBeLessThanOrEqual(4_096);
  expect(text).toMatch(/<pre>… \d+ lines before/);
  expect(text).toContain("line 19 &lt;");
});

test("texts of clients are no markup", () => {
  const text = renderTelegram(nastyMessage());
  expect(text.length).toBeLessThanOrEqual(4_096);
  expect(text.replace(/<\/?(?:b|pre)>|<a href="https:\/\/belfry\.example\.org\/[\w/]+">|<\/a>/g, "")).not.toMatch(
    /[<>]/,
  );
  for (const tag of ["b", "pre", "a"])
    expect(text.split(new RegExp(`<${tag}[ >]`)).length).toBe(text.split(`</${tag}>`).length);
});

describe("refusals", () => {
  test.each([
    [
      "a limit, which tells how long in its body",
      refusal(429, "Too Many Requests: retry after 31", { retry_after: 31 }),
      { permanent: false, status: 429, retryAfterMs: 31_000 },
    ],
    [
      "a blocked bot",
      refusal(403, "Forbidden: bot was blocked by the user"),
      { permanent: true, answer: expect.stringContaining("unblock it") },
    ],
    [
      "a group that became another",
      refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", { migrate_to_chat_id: -100987 }),
      { permanent: true, answer: expect.stringContaining("set the chat to -100987.") },
    ],
    [
      "an unknown chat",
      refusal(400, "Bad Request: chat not found"),
      { permanent: true, answer: expect.stringContaining("Check the chat") },
    ],
    ["a wrong token", refusal(401, "Unauthorized"), { permanent: true, answer: expect.stringContaining("@BotFather") }],
    ["no such bot", refusal(404, "Not Found"), { permanent: true, status: 404 }],
    ["a fault", { status: 500, body: "oops" }, { permanent: false, status: 500, answer: "oops" }],
    [
      "a page in between",
      { status: 200, body: "<html>" },
      { permanent: false, answer: expect.stringMatching(/web page/) },
    ],
  ])("%s", async (_name, reply, expected) => {
    const attempt = await trial.send({ settings: SETTINGS, message: failedMessage(), reply });
    expect(attempt).toMatchObject({ accepted: false, ...expected });
    expect(attempt.answer).not.toContain(TOKEN);
    expect(attempt.answer).not.toContain("[masked]");
  });
});

test("settings are shown without the token, and refused in one sentence", () => {
  expect(trial.check(SETTINGS).summary).toBe("chat -1001234567890, topic 7");
  expect(trial.check({ ...SETTINGS, chat: "@ops_alerts", topic: "" }).summary).toBe("chat @ops_alerts");
  expect(() => trial.check({ ...SETTINGS, token: "AAE" })).toThrow("Paste the whole token that @BotFather gave you");
  expect(() => trial.check({ ...SETTINGS, chat: "ops" })).toThrow("Write the chat's number");
  expect(() => trial.check({ ...SETTINGS, topic: "general" })).toThrow("Write the topic's number");
});
