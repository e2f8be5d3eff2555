import { type Attempt, attemptSend } from "../delivery/attempt.ts";
import { composeMessage } from "../domain/message.ts";
import { type Instant, SECOND } from "../domain/time.ts";
import { hurryChannel } from "../store/channel-failures.ts";
import { findChannelSettings } from "../store/channels.ts";
import { insertTest } from "../store/deliveries.ts";
import { type DeliveryResult, recordResults } from "../store/deliveries-results.ts";
import { uuidv7 } from "../store/ids.ts";
import { findUserName } from "../store/users.ts";
import { noChannel, openSettings, withChannels } from "./channel-input.ts";
import { type OwnedChannel, requireChannel } from "./channels.ts";
import type { Ctx } from "./context.ts";
import { publishLive } from "./publish.ts";

/** What the receiver answered, in its own words (secrets masked). */
export type TestResult = {
  ok: boolean;
  status: number | null;
  answer: string;
  tookMs: number;
  deliveryId: string;
};

const TEST_PATIENCE_MS = 30 * SECOND;

/** Sends a test at once and waits for the receiver's answer; it is recorded as an alert `test` with its delivery. */
export async function testChannel(ctx: Ctx, input: { channelId: string }): Promise<TestResult> {
  const channel = await requireChannel(ctx, input.channelId, "test-channels");
  const { pool } = ctx.database;
  const startedAt = ctx.clock.now();
  const requestedBy = ctx.actor.kind === "user" ? await findUserName(pool, ctx.actor.userId) : null;
  const alertId = uuidv7(startedAt);
  const claimed = await insertTest(pool, { alertId, channelId: channel.id, requestedBy });
  if (claimed === null) throw noChannel(channel.id);
  const test = { alertId, requestedBy, startedAt, deliveryId: claimed.id };
  const attempt = await sendTest(ctx, channel, test);
  const finishedAt = ctx.clock.now();
  const { accepted, status, answer } = attempt;
  const externalId = accepted ? attempt.externalId : null;
  const message = { id: uuidv7(finishedAt), startedAt, finishedAt, accepted, status, answer, externalId };
  const result = {
    id: claimed.id,
    attempt: claimed.attempt,
    outcome: outcomeOf(attempt, channel.kind, finishedAt),
    message,
  };
  await recordResults(pool, [result], { mailWorks: ctx.config.smtpUrl !== null });
  if (accepted) await hurryChannel(pool, channel.id);
  await publishLive(pool, channel.projectId);
  return { ok: accepted, status, answer, tookMs: finishedAt - startedAt, deliveryId: claimed.id };
}

/** A test is never tried again: who asked for it has the answer. Refused for good, it marks its channel as broken. */
function outcomeOf(attempt: Attempt, kindLabel: string, at: Instant): DeliveryResult["outcome"] {
  if (attempt.accepted) return { state: "sent", at };
  const { answer, permanent } = attempt;
  if (permanent) return { state: "dead", error: answer, refused: true, verdict: "Test", kindLabel };
  return { state: "dropped", reason: answer, withdrawn: false };
}

type Test = { alertId: string; deliveryId: string; requestedBy: string | null; startedAt: Instant };

async function sendTest(ctx: Ctx, channel: OwnedChannel, test: Test): Promise<Attempt> {
  const settings = openSettings(ctx, (await findChannelSettings(ctx.database.pool, channel.id)) ?? "");
  const message = composeMessage({
    event: "test",
    alertId: test.alertId,
    at: test.startedAt,
    baseUrl: ctx.config.baseUrl,
    project: { id: channel.project.id, name: channel.project.name },
    facts: { requestedBy: test.requestedBy },
  });
  const attempt = await withChannels(ctx, (channels) =>
    attemptSend(channels.get(channel.kind), settings, message, {
      deliveryId: test.deliveryId,
      attempt: 1,
      threadKey: null,
      earlierId: null,
      signal: AbortSignal.timeout(TEST_PATIENCE_MS),
    }),
  );
  const log = ctx.log.child({ deliveryId: test.deliveryId, channelId: channel.id });
  if (!attempt.accepted && attempt.bug !== null) log.error({ err: attempt.bug }, "a test could not be sent");
  else log.info({ accepted: attempt.accepted, status: attempt.status }, "a test was sent");
  return attempt;
}
