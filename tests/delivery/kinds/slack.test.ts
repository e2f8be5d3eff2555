import { beforeEach, expect, test } from "vitest";
import { slackKind } from "../../../lib/delivery/kinds/slack.ts";
import type { AlertMessage } from "../../../lib/domain/message.ts";
import { useReceiver } from "../../support/channel-trial.ts";
import type { HttpSink } from "../../support/http-sink.ts";
import { failedMessage, nastyMessage } from "../../support/messages.ts";

const receiver = useReceiver();

let sink: HttpSink;
beforeEach(() => {
  sink = receiver.sink();
});

async function send(message: AlertMessage): Promise<void> {
  await receiver.send(slackKind(receiver.http()), { url: `${sink.url}/hook` }, message);
}

test("slack: the exact request", async () => {
  await send(failedMessage());
  expect(sink.requests[0]).toMatchObject({ method: "POST", path: "/hook" });
  expect(sink.requests[0]?.headers["content-type"]).toBe("application/json");
  expect(JSON.parse(sink.requests[0]?.body ?? "")).toMatchInlineSnapshot(`
    {
      "blocks": [
        {
          "text": {
            "emoji": false,
            "text": "✗ FAILED (exit 3) · db-backup @ db-03",
            "type": "plain_text",
          },
          "type": "header",
        },
        {
          "text": {
            "text": "The run failed at 02:04 (Europe/Riga) with exit code 3.
    Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).
    *Since:* Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "text": {
            "text": "\`\`\`copying
    ERROR: disk full\`\`\`",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "text": {
            "text": "*Duration:* 3 min 57 s; usually 4 min 10 s, 95 % within 5 min
    *Last good run:* Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row
    *Next run:* Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)
    *What to do:* Read the output, repair the cause, then run the command by hand on db-03 as the same user.
    *Project:* Acme",
            "type": "mrkdwn",
          },
          "type": "section",
        },
        {
          "elements": [
            {
              "text": "<https://belfry.example.org/jobs/j1/runs/42|Run> · <https://belfry.example.org/jobs/j1|Job> · <https://belfry.example.org/incidents/i1|Incident>",
              "type": "mrkdwn",
            },
          ],
          "type": "context",
        },
      ],
      "link_names": false,
      "text": "✗ FAILED (exit 3) · db-backup @ db-03",
      "unfurl_links": false,
      "unfurl_media": false,
    }
  `);
});

test("slack: nothing addresses a channel, forges a link or breaks the limits of blocks", async () => {
  await send(nastyMessage());
  const body = sink.requests[0]?.body ?? "";
  expect(body).not.toMatch(/<!channel>|<@U1>|<https:\/\/evil|<script/);
  const { blocks } = JSON.parse(body) as { blocks: { type: string; text?: { text: string } }[] };
  for (const block of blocks)
    expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(block.type === "header" ? 150 : 3_000);
  const output = blocks.find((block) => block.text?.text.startsWith("```"))?.text?.text ?? "";
  expect(output.split("```")).toHaveLength(3);
});

test("Slack's output keeps its newest lines where escaping makes it too long", async () => {
  const output = Array.from({ length: 20 }, (_, line) => `${"&".repeat(100)} ${line}`).join("\n");
  await send(failedMessage({ output }));
  const { blocks } = JSON.parse(sink.requests[0]?.body ?? "{}") as { blocks: { text?: { text: string } }[] };
  const shown = blocks.map(({ text }) => text?.text ?? "").find((text) => text.startsWith("```")) ?? "";
  expect(shown.length).toBeLessThanOrEqual(3_000);
  expect(shown).toMatch(/ 19\n?```$/);
});
