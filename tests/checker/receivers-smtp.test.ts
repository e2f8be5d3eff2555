import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MailTimeouts } from "../../lib/delivery/mailer.ts";
import { useDispatch } from "../support/dispatch-trial.ts";
import { addPerson } from "../support/outbox.ts";
import { type SmtpBehaviour, type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";

const trial = useDispatch();
const OPS = { to: "ops@example.org" };
const SHORT: MailTimeouts = { greetingMs: 1_000, idleMs: 1_500, totalMs: 5_000 };

let sink: SmtpSink;

beforeEach(async () => {
  sink = await startSmtpSink();
});
afterEach(() => sink.close());

/** An alarm by mail to a server that behaves so at first, and takes everything once the first attempt is on record. */
async function deliveredAfter(behaviour: SmtpBehaviour) {
  sink.behave(behaviour);
  await trial.alarmOver(OPS);
  trial.start({ channels: { smtpUrl: sink.url, patience: { httpMs: 1_000, mail: SHORT } } });
  const first = await trial.until(({ log }) => expect(log).toHaveLength(1));
  expect(first.state).toBe("pending");
  sink.behave({});
  const { log } = await trial.until(({ state }) => expect(state).toBe("sent"));
  expect(log.at(-1)).toMatchObject({ accepted: true, status: 250 });
  return log[0];
}

describe("a mail server that may take it later", () => {
  test.each<[string, SmtpBehaviour, number | null, RegExp]>([
    ["closes with 421", { greeting: 421 }, 421, /421/],
    ["has a mailbox busy with 450", { recipient: 450 }, 450, /450/],
    ["refuses the sender for now with 451", { sender: 451 }, 451, /451/],
    ["answers the mail with 452", { data: 452 }, 452, /452/],
    ["hangs up in the middle of the mail", { data: "cut" }, null, /closed|failed/],
    ["never greets", { greeting: "silent" }, null, /did not answer in time/],
    ["never answers to the mail", { data: "silent" }, null, /in time/],
  ])("and %s gets it at a later attempt", async (_name, behaviour, status, words) => {
    const failed = await deliveredAfter(behaviour);
    expect(failed).toMatchObject({ accepted: false, status, answer: expect.stringMatching(words) });
    expect(sink.messages).toHaveLength(1);
  });

  test("and takes it without saying so gets a second copy with the same Message-ID", async () => {
    const failed = await deliveredAfter({ data: "lost" });
    expect(failed).toMatchObject({ accepted: false, status: null });
    expect(sink.messages).toHaveLength(2);
    expect(new Set(sink.messages.map(({ messageId }) => messageId)).size).toBe(1);
  });
});

test("a mail server with a slow banner is waited for", async () => {
  sink.behave({ greeting: { afterMs: 1_500 } });
  await trial.alarmOver(OPS);
  trial.start({ channels: { smtpUrl: sink.url } });
  const { log } = await trial.until(({ state }) => expect(state).toBe("sent"));
  expect(log).toMatchObject([{ accepted: true, status: 250 }]);
  expect(log[0]?.tookMs).toBeGreaterThanOrEqual(1_500);
});

test("a mail server without STARTTLS gets nothing where encryption is asked for, until it has it", async () => {
  await trial.alarmOver(OPS);
  trial.start({ channels: { smtpUrl: `${sink.url}?requireTLS=true` } });
  const { state } = await trial.until(({ log }) => {
    expect(log[0]).toMatchObject({ accepted: false, answer: expect.stringContaining("No encrypted connection") });
  });
  expect(state).toBe("pending");
  await trial.stop();
  expect(sink.messages).toHaveLength(0);
  const secure = await startSmtpSink({ startTls: true });
  trial.start({ channels: { smtpUrl: `${secure.url}?requireTLS=true&tls.rejectUnauthorized=false` } });
  await secure.received(1);
  await trial.until((fate) => expect(fate.state).toBe("sent"));
  await trial.stop();
  await secure.close();
});

describe("a mail server that refuses for good", () => {
  test.each<[string, SmtpBehaviour, string]>([
    ["the recipient with 550", { recipient: 550 }, "550"],
    ["the content with 554", { data: 554 }, "554"],
  ])("refuses %s: a dead letter at once, of which the owners are mailed", async (_name, behaviour, code) => {
    sink.behave({ ...behaviour, to: OPS.to });
    const channelId = await trial.alarmOver(OPS);
    const { pool } = trial.database();
    const { rows } = await pool.query<{ id: string }>("SELECT project_id AS id FROM channels WHERE id = $1", [
      channelId,
    ]);
    await addPerson(trial.database(), "owner@example.org", { owns: { id: rows[0]?.id ?? "", pingKey: "" } });
    const loop = trial.start({ channels: { smtpUrl: sink.url } });
    const dead = await trial.until(({ state }) => expect(state).toBe("dead"));
    expect(dead).toMatchObject({ attempts: 1, lastError: expect.stringContaining(code) });
    loop.wake();
    await sink.received(1);
    expect(sink.messages[0]).toMatchObject({
      to: ["owner@example.org"],
      subject: expect.stringContaining("NOT DELIVERED"),
    });
  });
});
