import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attemptSend, type Attempt } from "../../../lib/delivery/attempt.ts";
import { channelOf, type SendContext } from "../../../lib/delivery/channel.ts";
import { emailKind } from "../../../lib/delivery/kinds/email.ts";
import { openMailer, type Mailer } from "../../../lib/delivery/mailer.ts";
import { failedMessage, nastyMessage, recoveredMessage } from "../../support/messages.ts";
import { changedMessage, outageMessage, unstableMessage } from "../../support/outage-messages.ts";
import { startSmtpSink, type SmtpBehaviour, type SmtpSink } from "../../support/smtp-sink.ts";

let sink: SmtpSink;
let mailer: Mailer;
beforeEach(async () => {
  sink = await startSmtpSink();
  mailer = openMailer({
    smtpUrl: sink.url,
    mailFrom: "Belfry <belfry@example.org>",
    timeouts: { greetingMs: 500, idleMs: 500, totalMs: 3_000 },
  });
});
afterEach(async () => {
  mailer.close();
  await sink.close();
});

const CONTEXT: SendContext = {
  deliveryId: "d1",
  attempt: 1,
  threadKey: "i1.c1",
  earlierId: null,
  signal: new AbortController().signal,
};

function send(message = failedMessage(), context: Partial<SendContext> = {}): Promise<Attempt> {
  return attemptSend(channelOf(emailKind(mailer)), { to: "ops@example.org" }, message, { ...CONTEXT, ...context });
}

describe("what the server says decides", () => {
  test.each<[string, SmtpBehaviour, { permanent: boolean; status: number | null; answer: RegExp }]>([
    ["421 to the greeting", { greeting: 421 }, { permanent: false, status: 421, answer: /421/ }],
    ["554 to the greeting", { greeting: 554 }, { permanent: false, status: 554, answer: /554/ }],
    ["550 to the sender", { sender: 550 }, { permanent: true, status: 550, answer: /550 refused/ }],
    ["450 to the recipient", { recipient: 450 }, { permanent: false, status: 450, answer: /450 refused/ }],
    ["550 to the recipient", { recipient: 550 }, { permanent: true, status: 550, answer: /550 refused/ }],
    ["421 to the recipient", { recipient: 421 }, { permanent: false, status: 421, answer: /421 refused/ }],
    ["451 after the content", { data: 451 }, { permanent: false, status: 451, answer: /451 refused/ }],
    ["554 after the content", { data: 554 }, { permanent: true, status: 554, answer: /554 refused/ }],
    [
      "silence from the start",
      { greeting: "silent" },
      { permanent: false, status: null, answer: /did not answer in time/ },
    ],
    [
      "silence after the content",
      { data: "silent" },
      { permanent: false, status: null, answer: /did not answer in time/ },
    ],
    ["a lost answer", { data: "lost" }, { permanent: false, status: null, answer: /closed/ }],
  ])("%s", async (_name, behaviour, expected) => {
    sink.behave(behaviour);
    const attempt = await send();
    expect(attempt).toMatchObject({ accepted: false, permanent: expected.permanent, status: expected.status });
    expect(attempt.answer).toMatch(expected.answer);
  });

  test("a server that is not there may be tried again", async () => {
    await sink.close();
    expect(await send()).toMatchObject({ accepted: false, permanent: false, status: null });
    sink = await startSmtpSink();
  });

  test("a certificate that cannot be trusted is named, with what to do where it is right", async () => {
    const encrypted = await startSmtpSink({ startTls: true });
    const careful = openMailer({ smtpUrl: encrypted.url, mailFrom: "belfry@example.org" });
    const trusting = openMailer({
      smtpUrl: `${encrypted.url}?tls.rejectUnauthorized=false`,
      mailFrom: "belfry@example.org",
    });
    const sendOver = (over: Mailer) =>
      attemptSend(channelOf(emailKind(over)), { to: "ops@example.org" }, failedMessage(), CONTEXT);
    const refused = await sendOver(careful);
    expect(refused).toMatchObject({ accepted: false, permanent: false });
    expect(refused.answer).toContain("rejectUnauthorized=false");
    expect(await sendOver(trusting)).toMatchObject({ accepted: true });
    careful.close();
    trusting.close();
    await encrypted.close();
  });

  test("after a refusal the next mail goes through", async () => {
    sink.behave({ recipient: 550 });
    await send();
    sink.behave({});
    expect(await send()).toMatchObject({ accepted: true, status: 250 });
  });

  test("a lost answer is not repeated behind the outbox's back", async () => {
    sink.behave({ data: "lost" });
    await send();
    expect(sink.messages).toHaveLength(1);
  });
});

describe("threads", () => {
  test("a recovery answers to the mail that opened the incident", async () => {
    await send(failedMessage());
    await send(recoveredMessage(), { deliveryId: "d2" });
    const [opened, recovered] = sink.messages;
    expect(opened?.messageId).toBe("<incident.i1.c1@example.org>");
    expect(opened?.references).toBe("");
    expect(recovered?.messageId).toBe("<d2@example.org>");
    expect(recovered?.inReplyTo).toBe(opened?.messageId);
    expect(recovered?.references).toBe(opened?.messageId);
  });

  test("another cause is a mail of its own in the same thread", async () => {
    await send(failedMessage());
    await send(changedMessage(), { deliveryId: "d2" });
    const [opened, changed] = sink.messages;
    expect(changed).toMatchObject({ messageId: "<d2@example.org>", inReplyTo: opened?.messageId });
    expect(changed?.references).toBe(opened?.messageId);
  });

  test("a second attempt is the same mail", async () => {
    await send(recoveredMessage(), { attempt: 1 });
    const second = await send(recoveredMessage(), { attempt: 2 });
    expect(sink.messages[1]?.messageId).toBe(sink.messages[0]?.messageId);
    expect(second).toMatchObject({ externalId: "<d1@example.org>" });
  });

  test("an alarm that follows another message of its incident is a mail of its own", async () => {
    await send(unstableMessage());
    await send(failedMessage(), { deliveryId: "d2", earlierId: "<incident.i1.c1@example.org>" });
    const [unstable, opened] = sink.messages;
    expect(unstable?.messageId).toBe("<incident.i1.c1@example.org>");
    expect(opened).toMatchObject({ messageId: "<d2@example.org>", inReplyTo: unstable?.messageId });
  });

  test("two mails of an outage that each are the first stay two, in one thread", async () => {
    await send(outageMessage());
    await send(outageMessage(), { deliveryId: "d2" });
    expect(sink.messages.map(({ messageId }) => messageId)).toEqual(["<d1@example.org>", "<d2@example.org>"]);
    expect(new Set(sink.messages.map(({ references }) => references))).toEqual(
      new Set(["<incident.i1.c1@example.org>"]),
    );
  });

  test("an outage's mails name what was told alone before it, so that both threads are one", async () => {
    await send(failedMessage(), { threadKey: "i7.c1" });
    await send(outageMessage(), { deliveryId: "d2", joinedKeys: ["i7.c1", "i8.c1"] });
    await send(outageMessage({ heard: true }), { deliveryId: "d3", joinedKeys: ["i7.c1", "i8.c1"] });
    const [alone, ...others] = sink.messages;
    for (const { inReplyTo, references } of others) {
      expect(inReplyTo).toBe("<incident.i1.c1@example.org>");
      expect(references.split(/\s+/)).toEqual([alone?.messageId, "<incident.i8.c1@example.org>", inReplyTo]);
    }
  });

  test("however many were told alone, the header stays short and ends with the thread's own root", async () => {
    const joinedKeys = Array.from({ length: 20 }, (_, n) => `0198c0de-0000-7000-8000-0000000000${n + 10}.c1`);
    await send(outageMessage(), { joinedKeys });
    const [mail] = sink.messages;
    const named = mail?.references.split(/\s+/) ?? [];
    expect(named).toHaveLength(11);
    expect(named.at(-1)).toBe("<incident.i1.c1@example.org>");
    for (const line of mail?.raw.split("\r\n") ?? []) expect(line.length).toBeLessThan(200);
  });

  test("a message without an incident begins no thread", async () => {
    await send(failedMessage(), { threadKey: null, deliveryId: "d9" });
    expect(sink.messages[0]).toMatchObject({ messageId: "<d9@example.org>", inReplyTo: "", references: "" });
  });
});

describe("the mail itself", () => {
  test("text and HTML say the same", async () => {
    await send();
    const [mail] = sink.messages;
    expect(mail).toMatchObject({ from: "belfry@example.org", to: ["ops@example.org"] });
    expect(mail?.subject).toBe("✗ FAILED (exit 3) · db-backup @ db-03");
    expect(mail?.headers.get("auto-submitted")).toBe("auto-generated");
    expect(mail?.text.replaceAll("\r\n", "\n")).toMatchInlineSnapshot(`
      "✗ FAILED (exit 3) · db-backup @ db-03

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
      Incident: https://belfry.example.org/incidents/i1

      "
    `);
    for (const words of [
      "exit code 3",
      "ERROR: disk full",
      "What to do",
      "https://belfry.example.org/jobs/j1/runs/42",
    ]) {
      expect(mail?.html).toContain(words);
    }
  });

  test("nothing in it runs, adds a header or hides a link", async () => {
    await send(nastyMessage());
    const [mail] = sink.messages;
    expect(sink.messages).toHaveLength(1);
    expect(mail?.headers.has("bcc")).toBe(false);
    expect(mail?.html).not.toMatch(/<script|<https/);
    expect(mail?.subject.length).toBeLessThanOrEqual(60);
  });
});

describe("addresses that people type", () => {
  test.each([
    "",
    "ops",
    "ops@",
    "a@b, c@d",
    "Ops <ops@example.org>",
    "ops@example.org\r\nBcc: x@y.z",
    "a b@example.org",
  ])("%j is refused", (to) => {
    expect(() => channelOf(emailKind(mailer)).check({ to: `${to}` })).toThrow("Write one mail address");
  });

  test("a good one is taken without its blanks", () => {
    expect(channelOf(emailKind(mailer)).check({ to: " ops@localhost " })).toEqual({
      settings: { to: "ops@localhost" },
      summary: "ops@localhost",
    });
  });
});

test("without SMTP_URL making a channel names the fix, and sending is refused for good", async () => {
  const channel = channelOf(emailKind(null));
  expect(() => channel.check({ to: "ops@example.org" })).toThrow("SMTP_URL");
  expect(await attemptSend(channel, { to: "ops@example.org" }, failedMessage(), CONTEXT)).toMatchObject({
    accepted: false,
    permanent: true,
    answer: expect.stringMatching(/SMTP_URL/),
  });
});
