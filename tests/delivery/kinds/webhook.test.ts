import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { channelOf } from "../../../lib/delivery/channel.ts";
import { signatureHeaders } from "../../../lib/delivery/settings/signing.ts";
import { webhookKind } from "../../../lib/delivery/kinds/webhook.ts";
import { TRIAL_CONTEXT, useReceiver } from "../../support/channel-trial.ts";
import { failedMessage, nastyMessage, recoveredMessage, undeliveredNotice } from "../../support/messages.ts";

const receiver = useReceiver();

async function call(settings: Readonly<Record<string, string>>, message = failedMessage()) {
  const attempt = await receiver.send(
    webhookKind(receiver.http()),
    { url: `${receiver.sink().url}/hook`, ...settings },
    message,
  );
  expect(attempt).toMatchObject({ accepted: true });
  const [request] = receiver.sink().requests;
  if (request === undefined) throw new Error("Nothing came.");
  return request;
}

function refusal(settings: Readonly<Record<string, string>>): unknown {
  try {
    return channelOf(webhookKind(receiver.http())).check({ url: "https://example.org/", ...settings });
  } catch (error) {
    return error;
  }
}

test("webhook: the exact request", async () => {
  await call({});
  const sink = receiver.sink();
  expect(JSON.parse(sink.requests[0]?.body ?? "")).toMatchInlineSnapshot(`
    {
      "action": "Read the output, repair the cause, then run the command by hand on db-03 as the same user.",
      "actions": [],
      "alertId": "0198c0de-0000-7000-8000-000000000001",
      "at": "2025-03-04T00:04:00.000Z",
      "deliveryId": "0198c0de-0000-4000-8000-000000000002",
      "duration": "3 min 57 s; usually 4 min 10 s, 95 % within 5 min",
      "elsewhere": null,
      "event": "opened",
      "incident": {
        "alone": [],
        "badCount": 1,
        "cause": "failed",
        "id": "i1",
        "missedCount": 0,
        "number": 3,
        "openedAt": "2025-03-04T00:04:00.000Z",
        "resolveReason": null,
        "resolvedAt": null,
        "severity": "critical",
      },
      "job": {
        "id": "j1",
        "name": "db-backup",
        "slug": "db-backup",
      },
      "lastGood": "Mon 3 Mar 2025, 02:00 Europe/Riga (00:00 UTC), 1 d ago, the last of 41 good runs in a row",
      "links": [
        {
          "label": "Run",
          "url": "https://belfry.example.org/jobs/j1/runs/42",
        },
        {
          "label": "Job",
          "url": "https://belfry.example.org/jobs/j1",
        },
        {
          "label": "Incident",
          "url": "https://belfry.example.org/incidents/i1",
        },
      ],
      "members": [],
      "nextExpected": "Wed 5 Mar 2025, 02:00 Europe/Riga (00:00 UTC)",
      "output": {
        "errors": [],
        "omitted": 0,
        "tail": [
          "copying",
          "ERROR: disk full",
        ],
      },
      "project": {
        "id": "p1",
        "name": "Acme",
      },
      "run": {
        "deadlineAt": "2025-03-04T00:12:00.000Z",
        "durationMs": 237000,
        "exitCode": 3,
        "exitMeaning": null,
        "finishedAt": "2025-03-04T00:04:00.000Z",
        "host": "db-03",
        "number": 42,
        "slotAt": "2025-03-04T00:00:00.000Z",
        "startedAt": "2025-03-04T00:00:03.000Z",
      },
      "since": "Tue 4 Mar 2025, 02:04 Europe/Riga (00:04 UTC)",
      "tone": "bad",
      "verdict": "✗ FAILED (exit 3) · db-backup @ db-03",
      "version": 1,
      "why": [
        "The run failed at 02:04 (Europe/Riga) with exit code 3.",
        "Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).",
      ],
    }
  `);
});

test.each(["POST", "PUT", "PATCH"])("%s carries the message", async (method) => {
  const request = await call({ method });
  expect(request).toMatchObject({ method, path: "/hook" });
  expect(JSON.parse(request.body)).toMatchObject({ version: 1, event: "opened" });
});

test("GET carries none, and still an idempotency key", async () => {
  const request = await call({ method: "GET" });
  expect(request).toMatchObject({ method: "GET", body: "" });
  expect(request.headers).toMatchObject({ "idempotency-key": TRIAL_CONTEXT.deliveryId });
  expect(request.headers["content-type"]).toBeUndefined();
});

test("own headers are sent, over ours where they have the same name", async () => {
  const request = await call({ headers: "Authorization: Bearer abc\r\n\r\nContent-Type:text/plain\nX-Empty:" });
  expect(request.headers).toMatchObject({ authorization: "Bearer abc", "content-type": "text/plain", "x-empty": "" });
});

describe("a template", () => {
  test("is written for the inside of quotes, and whole values have their own", async () => {
    const template =
      '{"text":"{{verdict}}","job":"{{ job.name }}","exit":{{run.exitCode|value}},"why":{{why|value}},"id":"{{incident.id}}"}';
    const { body } = await call({ template });
    expect(JSON.parse(body)).toEqual({
      text: "✗ FAILED (exit 3) · db-backup @ db-03",
      job: "db-backup",
      exit: 3,
      why: [
        "The run failed at 02:04 (Europe/Riga) with exit code 3.",
        "Slot: Tue 4 Mar 2025, 02:00 Europe/Riga (00:00 UTC).",
      ],
      id: "i1",
    });
  });

  test("tells of a recovery, and leaves empty what a notice does not have", async () => {
    const template =
      '{"event":"{{event}}","until":"{{incident.resolvedAt}}","job":"{{job.name}}","run":{{run.number|value}}}';
    await call({ template }, recoveredMessage());
    await call({ template }, undeliveredNotice());
    expect(receiver.told().map(({ body }) => body)).toEqual([
      { event: "resolved", until: "2025-03-05T01:00:00.000Z", job: "db-backup", run: 42 },
      { event: "notice", until: "", job: "", run: null },
    ]);
  });

  test("nothing that a client wrote ends the quotes around it", async () => {
    const template = '{"a":"{{job.name}}","b":"{{output}}","c":"{{text}}","d":{{message|value}}}';
    const { body } = await call({ template }, nastyMessage());
    const sent = JSON.parse(body) as Record<string, unknown>;
    expect(Object.keys(sent)).toEqual(["a", "b", "c", "d"]);
    expect(sent.b).toContain("<!channel>");
  });

  test("has what the run's ping said, and nothing where it said nothing", async () => {
    const template = '{"a":"{{said}}","b":{{said|value}}}';
    await call({ template }, failedMessage({ said: 'tape "full"' }));
    await call({ template }, failedMessage());
    expect(receiver.told().map(({ body }) => body)).toEqual([
      { a: 'tape "full"', b: 'tape "full"' },
      { a: "", b: null },
    ]);
  });

  test("fills forms and plain texts as well", async () => {
    const { body } = await call({ template: "text={{verdict|url}}&raw={{job.name|text}}" }, nastyMessage());
    expect(new URLSearchParams(body.split("&raw=")[0]).get("text")).toBe(nastyMessage().verdict);
  });

  test("what a template's text says of placeholders is not filled twice", async () => {
    const message = failedMessage({
      job: { id: "j1", slug: "s", name: "{{deliveryId}}", timeZone: "UTC", scheduleKind: "cron" },
    });
    expect((await call({ template: "{{job.name|text}} $& $1" }, message)).body).toBe("{{deliveryId}} $& $1");
  });
});

test("a signature can be checked by the Standard Webhooks scheme", async () => {
  const key = Buffer.alloc(32, 7);
  const { headers, body } = await call({ secret: `whsec_${key.toString("base64")}` });
  const id = String(headers["webhook-id"]);
  const timestamp = String(headers["webhook-timestamp"]);
  expect(id).toBe(TRIAL_CONTEXT.deliveryId);
  expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
});

test("the scheme's own example comes to the same signature", () => {
  const key = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
  const sent = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: '{"test": 2432232314}' };
  expect(signatureHeaders(key, sent, 1_614_265_330_000)["webhook-signature"]).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

test.each([
  [{ method: "DELETE" }, "method", "Choose one of POST, PUT, PATCH, GET."],
  [{ method: "GET", template: "x" }, "template", "A GET carries no body"],
  [{ headers: "no colon" }, "headers", "on a line of its own"],
  [{ headers: "Host: evil.example" }, "headers", "The header Host cannot be set"],
  [{ headers: "content-length: 1" }, "headers", "cannot be set"],
  [{ headers: "Webhook-Signature: v1,x" }, "headers", "cannot be set"],
  [{ headers: "X: a\u0001b" }, "headers", "on a line of its own"],
  [{ headers: "X: a\n".repeat(21) }, "headers", "At most 20"],
  [{ template: "{{job.secret}}" }, "template", "There is no {{job.secret}}; there are: verdict,"],
  [{ template: "{{constructor}}" }, "template", "There is no {{constructor}}"],
  [{ template: "{{verdict|html}}" }, "template", "After verdict| comes one of json, value, url, text."],
  [{ template: "{{verdict|toString}}" }, "template", "comes one of"],
  [{ secret: "abc" }, "secret", "Write whsec_"],
  [{ secret: "whsec_c2hvcnQ=" }, "secret", "24 to 64 random bytes"],
])("%j is refused", (settings, field, words) => {
  expect(refusal(settings)).toMatchObject({ code: "invalid", field, message: expect.stringContaining(words) });
});

test("shown are the host and another method than POST", () => {
  expect(refusal({ method: "PUT", url: "https://example.org/hooks/secret-part-of-it", headers: "A: b" })).toMatchObject(
    {
      summary: "PUT example.org/…f-it",
    },
  );
});
