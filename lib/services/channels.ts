import { type Action, can } from "../auth/rules.ts";
import type { ChannelField } from "../delivery/channel.ts";
import type { ChannelRules } from "../domain/alerting/channel-rules.ts";
import { FAILURES_OF_DEAD } from "../domain/breaker.ts";
import type { Instant } from "../domain/time.ts";
import {
  type ChannelRecord,
  deleteChannelRecord,
  findChannelRecord,
  listChannelRecords,
  updateChannelRecord,
} from "../store/channels.ts";
import { listServedProjects, type ServedProject } from "../store/channel-sharing.ts";
import { type ChannelTrouble, hurryChannel, listChannelTroubles as listTroubles } from "../store/channel-failures.ts";
import { inTransaction } from "../store/client.ts";
import type { Queryable } from "../store/queryable.ts";
import { isUuid, type ProjectAccess, requireOwned, requireProject } from "./access.ts";
import {
  insertSealedChannel,
  kindsByName,
  type NewChannel,
  noChannel,
  reasonAgainst,
  unableKinds,
  withChannels,
} from "./channel-input.ts";
import type { Actor, Ctx, Services } from "./context.ts";
import { planSharing, publishServed, saveSharing } from "./channel-sharing.ts";
import { planSettings, type SettingsInput } from "./channel-settings.ts";
import { parseRules, quietWarning, type RulesInput } from "./channel-rules-input.ts";
import { parseAll, parseName } from "./input.ts";
import { publishLive } from "./publish.ts";
import { scopeWarnings } from "./scope-warnings.ts";

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
  /** Why this installation cannot deliver over it, with what to do; null where it can. */
  unable: string | null;
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

/** Oldest first. */
export async function listChannels(ctx: Ctx, input: { projectId: string }): Promise<ChannelRow[]> {
  const project = await requireProject(ctx, input.projectId, "see");
  const records = await listChannelRecords(ctx.database.pool, project.id);
  const kinds = await kindsByName(ctx);
  const ids = can(project.role, "change-channels") ? records.map(({ id }) => id) : [];
  const served = await listServedProjects(ctx.database.pool, ids);
  return records.map((record) => ({
    ...record,
    kindLabel: kinds.get(record.kind)?.label ?? record.kind,
    unable: kinds.get(record.kind)?.unavailable ?? null,
    projects: served.get(record.id) ?? [],
  }));
}

/** A channel that is switched on and does not work. `unable`: as in `ChannelRow`. */
export type ChannelTroubleRow = ChannelTrouble & { unable: string | null };

/**
 * Channels that are switched on and do not work: those that cannot deliver here, those that refuse for good, then those
 * that fail again and again.
 */
export async function listChannelTroubles(ctx: Ctx, input: { projectId: string }): Promise<ChannelTroubleRow[]> {
  const project = await requireProject(ctx, input.projectId, "see");
  const unable = await unableKinds(ctx);
  const sought = { leastFailures: FAILURES_OF_DEAD, unableKinds: [...unable.keys()] };
  const troubles = await listTroubles(ctx.database.pool, project.id, sought);
  return troubles.map((trouble) => ({ ...trouble, unable: unable.get(trouble.kind) ?? null }));
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

/** `warnings`: sentences about tags in its rules that no job has, and quiet hours in which even critical alarms wait. */
export type SavedChannel = {
  id: string;
  warnings: readonly string[];
  /** Left out where its settings are those of before: only a test shows whether others work. */
  settingsChanged?: true;
};

/** @throws AppError `invalid` with the field it is about: kind, name, or the kind's own setting. */
export async function createChannel(ctx: Ctx, input: NewChannel): Promise<SavedChannel> {
  const project = await requireProject(ctx, input.projectId, "change-channels");
  const { kind, projects = [] } = input;
  const sharing = await planSharing(ctx, { channel: { id: null, kind, projectId: project.id }, projects });
  return inTransaction(ctx.database.pool, async (client) => {
    const channel = await insertSealedChannel(ctx, client, { ...input, projectId: project.id });
    await saveSharing(client, channel.id, sharing);
    await publishLive(client, project.id);
    return { id: channel.id, warnings: await ruleWarnings(client, { id: channel.id, projectId: project.id }) };
  });
}

export type ChannelUpdate = {
  channelId: string;
  name?: string;
  enabled?: boolean;
  rules?: RulesInput;
  projects?: readonly string[];
  settings?: SettingsInput;
};

/**
 * Changes what is given: its name, whether it is on, which alerts it takes (all its rules at once), which other
 * projects it serves (all at once, by id or name), its settings one by one. What waits to be sent over it goes by the rules
 * of before and the settings of now, and is tried at once where those are other ones. @throws AppError `invalid`.
 */
export async function updateChannel(ctx: Ctx, input: ChannelUpdate): Promise<SavedChannel> {
  const channel = await requireChannel(ctx, input.channelId, "change-channels");
  const change = parseAll({
    name: () => (input.name === undefined ? null : parseName(input.name, "name")),
    rules: () => (input.rules === undefined ? null : parseRules(input.rules)),
  });
  const sealed = input.settings === undefined ? null : await planSettings(ctx, channel, input.settings);
  const { id, projectId } = channel;
  const sharing = input.projects === undefined ? null : await planSharing(ctx, { channel, projects: input.projects });
  return inTransaction(ctx.database.pool, async (client) => {
    await updateChannelRecord(client, id, { ...change, sealed, enabled: input.enabled ?? null });
    if (sealed !== null) await hurryChannel(client, id);
    await publishLive(client, projectId);
    if (sharing === null) await publishServed(client, id);
    else await saveSharing(client, id, sharing);
    const warnings = await ruleWarnings(client, channel);
    return { id, warnings, ...(sealed === null ? {} : { settingsChanged: true }) };
  });
}

async function ruleWarnings(
  client: Queryable,
  { id, projectId }: Pick<ChannelRecord, "id" | "projectId">,
): Promise<string[]> {
  const rules = (await findChannelRecord(client, id))?.rules ?? {};
  const { tags = [] } = rules;
  const quiet = quietWarning(rules);
  const warnings = quiet === null ? [] : [quiet];
  if (tags.length === 0) return warnings;
  const served = (await listServedProjects(client, [id])).get(id) ?? [];
  const projects = [projectId, ...served.map((project) => project.id)];
  return [...warnings, ...(await scopeWarnings(client, projects, { tags, hosts: [] }))];
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

export type OwnedChannel = ChannelRecord & { project: ProjectAccess };

/** The channel, if whoever asks may do this with it. @throws AppError `not-found`, also for strangers; `forbidden`. */
export async function requireChannel(ctx: Ctx, channelId: string, action: Action): Promise<OwnedChannel> {
  const found = isUuid(channelId) ? await findChannelRecord(ctx.database.pool, channelId) : null;
  return requireOwned(ctx, found, { action, missing: noChannel(channelId) });
}
