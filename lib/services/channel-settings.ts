import type { Channel, ChannelField } from "../delivery/channel.ts";
import { isHidden } from "../delivery/settings/secrets.ts";
import { AppError } from "../errors.ts";
import type { ChannelRecord } from "../store/channels.ts";
import { findChannelSettings, listChannelSettings } from "../store/channels.ts";
import { requireProject } from "./access.ts";
import { openSettings, reasonAgainst, refuseStrangers, typedSettings, withChannels } from "./channel-input.ts";
import type { Ctx } from "./context.ts";

/** By the names of fields: a text, null for none any more. What is left out, and a hidden one that is empty, stays. */
export type SettingsInput = Readonly<Record<string, string | null>>;

/** Settings as they are stored, sealed; `summary` may be shown. */
export type SealedSettings = { settings: string; summary: string };

/** What the form of a channel that is there begins with. Hidden settings are only named. */
export type ShownSettings = { values: Record<string, string>; kept: string[] };

/**
 * Puts what was typed over what is stored. @returns null where that changes nothing.
 * @throws AppError `invalid` with the field it is about, `forbidden` where only operators may change such a channel.
 */
export async function planSettings(
  ctx: Ctx,
  { id, kind }: Pick<ChannelRecord, "id" | "kind">,
  input: SettingsInput,
): Promise<SealedSettings | null> {
  const before = openSettings(ctx, (await findChannelSettings(ctx.database.pool, id)) ?? "");
  return withChannels(ctx, (channels) => {
    const channel = channels.get(kind);
    refuseStrangers(channel, input);
    const reason = reasonAgainst(channel, ctx);
    if (channel.unavailable === null && reason !== null) throw new AppError("forbidden", reason, "kind");
    const { settings, summary } = channel.check(merged(channel, before, input));
    if (channel.fields.every(({ name }) => settings[name] === (before[name] ?? ""))) return null;
    refuseCarriedSecrets(channel, { before, after: settings, input });
    return { settings: ctx.secrets.seal(JSON.stringify(settings)), summary };
  });
}

type Settings = Readonly<Record<string, string>>;

function merged({ fields }: Channel, before: Settings, input: SettingsInput): Record<string, string> {
  const given = Object.entries(input).map(([name, text]) => [name, text ?? ""] as const);
  const typed = typedSettings(Object.fromEntries(given));
  return Object.fromEntries(
    fields.map((field) => [field.name, isGiven(field, input) ? (typed[field.name] ?? "") : (before[field.name] ?? "")]),
  );
}

function isGiven(field: ChannelField, input: SettingsInput): boolean {
  const text = input[field.name];
  if (text === undefined) return false;
  return text === null || !isHidden(field) || text.trim() !== "";
}

/** A secret goes only to whom it was given: with another server in its settings, a channel would hand it over. */
function refuseCarriedSecrets(
  { fields }: Channel,
  { before, after, input }: { before: Settings; after: Settings; input: SettingsInput },
): void {
  const known = new Set([null, ...fields.map((field) => originOf(field, before))]);
  if (fields.every((field) => known.has(originOf(field, after)))) return;
  const carried = fields.find((field) => isHidden(field) && after[field.name] !== "" && !isGiven(field, input));
  if (carried === undefined) return;
  const words = `The server is another one now: write "${carried.label}" anew, so that nobody else gets the one of before.`;
  throw new AppError("invalid", words, carried.name);
}

/** Null where it is no address, in whichever of the ways that one may be written; what is written in a body is not called. */
function originOf({ name, input }: ChannelField, settings: Settings): string | null {
  const text = settings[name] ?? "";
  if (input === "long" || !URL.canParse(text)) return null;
  const { protocol, host } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? `${protocol}//${host}` : null;
}

/** Of the channels of a project, by their ids; for those who may change them. Of a kind that is not theirs nothing is shown. */
export async function listShownSettings(
  ctx: Ctx,
  input: { projectId: string },
): Promise<ReadonlyMap<string, ShownSettings>> {
  const project = await requireProject(ctx, input.projectId, "change-channels");
  const sealed = await listChannelSettings(ctx.database.pool, project.id);
  return withChannels(ctx, (channels) => {
    const own = channels.list().filter((channel) => reasonAgainst(channel, ctx) === null);
    const kinds = new Map(own.map(({ kind, fields }) => [kind, fields]));
    return new Map(
      sealed.map(({ id, kind, settings }) => [id, shownOf(kinds.get(kind) ?? [], openSettings(ctx, settings))]),
    );
  });
}

function shownOf(fields: readonly ChannelField[], settings: Settings): ShownSettings {
  const filled = fields.filter(({ name }) => (settings[name] ?? "") !== "");
  return {
    values: Object.fromEntries(filled.flatMap((one) => (isHidden(one) ? [] : [[one.name, settings[one.name] ?? ""]]))),
    kept: filled.filter(isHidden).map(({ name }) => name),
  };
}
