import { type Action, can } from "../auth/rules.ts";
import { AppError } from "../errors.ts";
import {
  isServing,
  listServedProjects,
  listSharedChannels as listShared,
  type ServedProject,
  type SharedChannelRecord,
  shareChannel,
  unshareChannel,
} from "../store/channel-sharing.ts";
import { type ChannelRecord, findChannelRecord } from "../store/channels.ts";
import { inTransaction } from "../store/client.ts";
import type { Queryable } from "../store/queryable.ts";
import { isUuid, requireOwned, requireProject } from "./access.ts";
import { kindsByName, noChannel, reasonAgainst, withChannels } from "./channel-input.ts";
import type { Ctx } from "./context.ts";
import { listProjects } from "./projects.ts";
import { publishLive } from "./publish.ts";

/** A channel of another project: its settings, rules, tests and drills are there. */
export type SharedChannelRow = SharedChannelRecord & {
  kindLabel: string;
  /** Why this installation cannot deliver over it, with what to do; null where it can. */
  unable: string | null;
};

/** Channels of other projects that tell this one's alerts too, oldest first. */
export async function listSharedChannels(ctx: Ctx, input: { projectId: string }): Promise<SharedChannelRow[]> {
  const project = await requireProject(ctx, input.projectId, "see");
  const records = await listShared(ctx.database.pool, project.id);
  const kinds = await kindsByName(ctx);
  return records.map((record) => {
    const kind = kinds.get(record.kind);
    return { ...record, kindLabel: kind?.label ?? record.kind, unable: kind?.unavailable ?? null };
  });
}

/** The projects that whoever asks may let channels of this one serve. */
export async function listSharingChoices(ctx: Ctx, input: { projectId: string }): Promise<ServedProject[]> {
  const projects = await listProjects(ctx);
  return projects.flatMap(({ id, name, role }) =>
    id !== input.projectId && can(role, "change-channels") ? [{ id, name }] : [],
  );
}

type Sharing = {
  channel: Pick<ChannelRecord, "kind" | "projectId"> & { id: string | null };
  projects: readonly string[];
};

/** What is to change in the projects that a channel serves beside its own, by their ids. */
type SharingChange = { added: readonly string[]; removed: readonly string[] };

/**
 * How a channel comes to serve exactly these other projects, named by id or name; whoever asks may change the channel. Those
 * that it serves already may stay. @throws AppError of the field `projects` where whoever asks is no admin of a new one.
 */
export async function planSharing(ctx: Ctx, { channel, projects }: Sharing): Promise<SharingChange> {
  const ids = channel.id === null ? [] : [channel.id];
  const served = [...(await listServedProjects(ctx.database.pool, ids)).values()].flat();
  const known = [...served, ...(await listProjects(ctx))];
  const wanted = new Set(projects.map((word) => idOf(word.trim(), known)));
  wanted.delete(channel.projectId);
  const added = [...wanted].filter((id) => !served.some((project) => project.id === id));
  for (const id of added) await requireAdmin(ctx, id);
  if (added.length > 0) await requireKind(ctx, channel.kind);
  return { added, removed: served.flatMap(({ id }) => (wanted.has(id) ? [] : [id])) };
}

export async function saveSharing(
  client: Queryable,
  channelId: string,
  { added, removed }: SharingChange,
): Promise<void> {
  await unshareChannel(client, channelId, removed);
  await shareChannel(client, channelId, added);
  for (const id of removed) await publishLive(client, id);
  await publishServed(client, channelId);
}

/** Screens of the projects that a channel serves beside its own show something new. */
export async function publishServed(client: Queryable, channelId: string): Promise<void> {
  const served = (await listServedProjects(client, [channelId])).get(channelId) ?? [];
  for (const { id } of served) await publishLive(client, id);
}

function idOf(word: string, known: readonly ServedProject[]): string {
  if (isUuid(word)) return word.toLowerCase();
  const ids = new Set(known.flatMap(({ id, name }) => (name === word ? [id] : [])));
  const [id] = ids;
  if (id !== undefined && ids.size === 1) return id;
  const words =
    id === undefined ? `There is no project "${word}".` : `Several projects are called "${word}": give ids.`;
  throw new AppError(id === undefined ? "not-found" : "invalid", words, "projects");
}

async function requireAdmin(ctx: Ctx, projectId: string): Promise<void> {
  try {
    await requireProject(ctx, projectId, "change-channels");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const words =
      error.code === "forbidden" ? "A channel can only serve projects of which you are an admin." : error.message;
    throw new AppError(error.code, words, "projects");
  }
}

/** What only operators may set up, only they may open to others. */
async function requireKind(ctx: Ctx, kind: string): Promise<void> {
  await withChannels(ctx, (channels) => {
    const channel = channels.list().find((one) => one.kind === kind);
    const reason = channel?.operatorsOnly === true ? reasonAgainst({ ...channel, unavailable: null }, ctx) : null;
    if (reason !== null) throw new AppError("forbidden", reason, "projects");
  });
}

/**
 * The channel as one of a project that it serves, by default its own, if whoever asks may do this in that project.
 * @throws AppError `not-found`, also for strangers; `forbidden`.
 */
export async function requireServing(
  ctx: Ctx,
  { channelId, projectId }: { channelId: string; projectId?: string },
  action: Action,
): Promise<{ id: string; projectId: string }> {
  const found = await findServing(ctx, channelId, projectId);
  return requireOwned(ctx, found === null ? null : { id: found.id, projectId: projectId ?? found.projectId }, {
    action,
    missing: noChannel(channelId),
  });
}

/** For an admin of either project: the channel tells this project's alerts no more, and what waits for it is dropped. */
export async function stopSharing(
  ctx: Ctx,
  { channelId, projectId }: { channelId: string; projectId: string },
): Promise<{ id: string; projectId: string }> {
  const channel = await findServing(ctx, channelId, projectId);
  if (channel === null || channel.projectId === projectId) throw noChannel(channelId);
  await requireEither(ctx, channelId, [projectId, channel.projectId]);
  return inTransaction(ctx.database.pool, async (client) => {
    await saveSharing(client, channelId, { added: [], removed: [projectId] });
    await publishLive(client, channel.projectId);
    return { id: channelId, projectId };
  });
}

async function findServing(
  { database: { pool } }: Ctx,
  channelId: string,
  projectId: string | undefined,
): Promise<ChannelRecord | null> {
  const found = isUuid(channelId) ? await findChannelRecord(pool, channelId) : null;
  if (found === null || projectId === undefined) return found;
  return isUuid(projectId) && (await isServing(pool, channelId, projectId)) ? found : null;
}

/** Whoever sees neither project learns nothing, and whoever sees one hears that the role does not allow it. */
async function requireEither(ctx: Ctx, channelId: string, projectIds: readonly string[]): Promise<void> {
  let refusal = noChannel(channelId);
  for (const id of projectIds) {
    try {
      await requireProject(ctx, id, "change-channels");
      return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code !== "not-found") refusal = error;
    }
  }
  throw refusal;
}
