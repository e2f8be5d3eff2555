import { type Action, can } from "../auth/rules.ts";
import { type Attempt, attemptSend } from "../delivery/attempt.ts";
import type { ChannelField } from "../delivery/channel.ts";
import type { ChannelRules } from "../domain/alerting/channel-rules.ts";
import { FAILURES_OF_DEAD } from "../domain/breaker.ts";
import { composeMessage } from "../domain/message.ts";
import { type Instant, SECOND } from "../domain/time.ts";
import {
  type ChannelRecord,
  deleteChannelRecord,
  findChannelRecord,
  findChannelSettings,
  listChannelRecords,
  updateChannelRecord,
} from "../store/channels.ts";
import { listServedProjects, type ServedProject } from "../store/channel-sharing.ts";
import { hurryChannel, listChannelTroubles as listTroubles, type ChannelTrouble } from "../store/channel-failures.ts";
import { inTransaction } from "../store/client.ts";
import { insertTest } from "../store/deliveries.ts";
import { type DeliveryResult, recordResults } from "../store/deliveries-results.ts";
import { uuidv7 } from "../store/ids.ts";
import { findUserName } from "../store/users.ts";
import { isUuid, type ProjectAccess, requireOwned, requireProject } from "./access.ts";
import {
  insertSealedChannel,
  type NewChannel,
  noChannel,
  openSettings,
  reasonAgainst,
  withChannels,
} from "./channel-input.ts";
import type { Actor, Ctx, Services } from "./context.ts";
import { planSharing, publishServed, saveSharing } from "./channel-sharing.ts";
import { parseRules, type RulesInput } from "./channel-rules-input.ts";
import { parseAll, parseName } from "./input.ts";
import { publishLive } from "./publish.ts";

export type ChannelRow = {
  id: string;
  projectId: string;
  kind: string;
  kindLabel: string;
  name: string;
  /** The address, masked. */
  summary: string;
  /** Which alerts it takes, and when. */
  rules: ChannelRules;
  enabled: boolean;
  /** Set when the receiver refused for good; sending goes on once a test or a replay succeeds. */
  brokenAt: Instant | null;
  brokenReason: string | null;
  /** Set when a reader of its mails unsubscribed, until it is switched on again. */
  unsubscribedAt: Instant | null;
  createdAt: Instant;
  lastSentAt: Instant | null;
  /** Other projects whose alerts it tells too; only those who may change it see them. */
  projects: ServedProject[];
};

export type ChannelKindRow = {
  kind: string;
  label: string;
  hint: string;
  /** What its form asks for; the names are those of `NewChannel.settings`. */
  fields: readonly ChannelField[];
  /** A sentence with the fix where whoever asks cannot use it here (e-mail without SMTP_URL); null where they can. */
  unavailable: string | null;
};

/** What the receiver answered, in its own words (secrets masked). */
export type TestResult = {
  ok: boolean;
  status: number | null;
  answer: string;
  tookMs: number;
  deliveryId: string;
};

/** Oldest first. */
export async function listChannels(ctx: Ctx, input: { projectId: string }): Promise<ChannelRow[]> {
  const project = await requireProject(ctx, input.projectId, "see");
  const records = await listChannelRecords(ctx.database.pool, project.id);
  const labels = new Map((await listChannelKinds(ctx)).map(({ kind, label }) => [kind, label]));
  const ids = can(project.role, "change-channels") ? records.map(({ id }) => id) : [];
  const served = await listServedProjects(ctx.database.pool, ids);
  return records.map((record) => ({
    ...record,
    kindLabel: labels.get(record.kind) ?? record.kind,
    projects: served.get(record.id) ?? [],
  }));
}

/** Channels that are switched on and do not work: those that refuse for good, then those that fail again and again. */
export async function listChannelTroubles(ctx: Ctx, input: { projectId: string }): Promise<ChannelTrouble[]> {
  const project = await requireProject(ctx, input.projectId, "see");
  return listTroubles(ctx.database.pool, project.id, FAILURES_OF_DEAD);
}

/** The kinds there are, with what each asks for and why one cannot be used. */
export async function listChannelKinds(
  services: Pick<Services, "config"> & { actor?: Actor },
): Promise<ChannelKindRow[]> {
  return withChannels(services, (channels) =>
    channels.list().map((channel) => {
      const { kind, label, hint, fields } = channel;
      return { kind, label, hint, fields, unavailable: reasonAgainst(channel, services) };
    }),
  );
}

/** @throws AppError `invalid` with the field it is about: kind, name, or the kind's own setting. */
export async function createChannel(ctx: Ctx, input: NewChannel): Promise<{ id: string }> {
  const project = await requireProject(ctx, input.projectId, "change-channels");
  const { kind, projects = [] } = input;
  const sharing = await planSharing(ctx, { channel: { id: null, kind, projectId: project.id }, projects });
  return inTransaction(ctx.database.pool, async (client) => {
    const channel = await insertSealedChannel(ctx, client, { ...input, projectId: project.id });
    await saveSharing(client, channel.id, sharing);
    await publishLive(client, project.id);
    return channel;
  });
}

/**
 * Changes what is given: its name, whether it is on, which alerts it takes (all its rules at once), which other
 * projects it serves (all at once, by id or name). The address never changes: make a new channel. What waits to be sent over it goes by the rules of before. @throws AppError `invalid`.
 */
export async function updateChannel(
  ctx: Ctx,
  input: { channelId: string; name?: string; enabled?: boolean; rules?: RulesInput; projects?: readonly string[] },
): Promise<{ id: string }> {
  const channel = await requireChannel(ctx, input.channelId, "change-channels");
  const change = parseAll({
    name: () => (input.name === undefined ? null : parseName(input.name, "name")),
    rules: () => (input.rules === undefined ? null : parseRules(input.rules)),
  });
  const { id, projectId } = channel;
  const sharing = input.projects === undefined ? null : await planSharing(ctx, { channel, projects: input.projects });
  return inTransaction(ctx.database.pool, async (client) => {
    await updateChannelRecord(client, id, { ...change, enabled: input.enabled ?? null });
    await publishLive(client, projectId);
    if (sharing === null) await publishServed(client, id);
    else await saveSharing(client, id, sharing);
    return { id };
  });
}

/** With the record of what was sent over it. */
export async function deleteChannel(
  ctx: Ctx,
  input: { channelId: string },
): Promise<{ id: string; projectId: string }> {
  const { id, projectId } = await requireChannel(ctx, input.channelId, "change-channels");
  return inTransaction(ctx.database.pool, async (client) => {
    await publishServed(client, id);
    await deleteChannelRecord(client, id);
    await publishLive(client, projectId);
    return { id, projectId };
  });
}

type OwnedChannel = ChannelRecord & { project: ProjectAccess };

/** The channel, if whoever asks may do this with it. @throws AppError `not-found`, also for strangers; `forbidden`. */
export async function requireChannel(ctx: Ctx, channelId: string, action: Action): Promise<OwnedChannel> {
  const found = isUuid(channelId) ? await findChannelRecord(ctx.database.pool, channelId) : null;
  return requireOwned(ctx, found, { action, missing: noChannel(channelId) });
}

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
