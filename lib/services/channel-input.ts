import type { Channel } from "../delivery/channel.ts";
import { type Channels, openChannels } from "../delivery/kinds.ts";
import { AppError } from "../errors.ts";
import { insertChannelRecord } from "../store/channels.ts";
import type { Queryable } from "../store/queryable.ts";
import type { Actor, Services } from "./context.ts";
import { parseRules, type RulesInput } from "./channel-rules-input.ts";
import { parseAll, parseName, typedText } from "./input.ts";

export type NewChannel = {
  projectId: string;
  kind: string;
  /** Default: the kind's label. */
  name?: string;
  /** By the kind's fields: `{ url }` for slack and webhook, `{ to }` for email. */
  settings: Readonly<Record<string, string>>;
  /** Which alerts it takes, and when. Default: all at once. */
  rules?: RulesInput;
  /** Other projects whose alerts it tells too, by id or name. Default: none. */
  projects?: readonly string[];
};

/** Opens the kinds for one piece of work; opening makes no connection. */
export async function withChannels<T>(
  { config }: Pick<Services, "config">,
  work: (channels: Channels) => T,
): Promise<Awaited<T>> {
  const channels = openChannels(config);
  try {
    return await work(channels);
  } finally {
    await channels.close();
  }
}

type KindFacts = Pick<Channel, "label" | "unavailable">;

export async function kindsByName(services: Pick<Services, "config">): Promise<ReadonlyMap<string, KindFacts>> {
  return withChannels(services, (channels) => new Map(channels.list().map((channel) => [channel.kind, channel])));
}

/** Kinds that this installation's configuration cannot deliver over, each with a sentence what to do. */
export async function unableKinds(services: Pick<Services, "config">): Promise<ReadonlyMap<string, string>> {
  const kinds = [...(await kindsByName(services))];
  return new Map(
    kinds.flatMap(([kind, { unavailable }]) => (unavailable === null ? [] : [[kind, unavailable] as const])),
  );
}

/** Who asks; nobody is no operator. */
type Asking = { actor?: Actor };

/**
 * Checks what was typed and stores it sealed.
 * @throws AppError `invalid` with the field it is about, `forbidden` where only operators may make such a channel.
 */
export async function insertSealedChannel(
  services: Pick<Services, "config" | "secrets"> & Asking,
  client: Queryable,
  input: NewChannel,
): Promise<{ id: string }> {
  return withChannels(services, async (channels) => {
    const channel = channels.get(input.kind);
    refuseStrangers(channel, input.settings);
    const reason = reasonAgainst(channel, services);
    if (channel.unavailable === null && reason !== null) throw new AppError("forbidden", reason, "kind");
    const { name, checked, rules } = parseAll({
      checked: () => channel.check(typedSettings(input.settings)),
      name: () => parseName(input.name?.trim() || channel.label, "name"),
      rules: () => parseRules(input.rules ?? {}),
    });
    return insertChannelRecord(client, {
      ...{ projectId: input.projectId, kind: channel.kind, name, summary: checked.summary, rules },
      settings: services.secrets.seal(JSON.stringify(checked.settings)),
    });
  });
}

/** Secrets keep their blanks inside; what PostgreSQL cannot keep would come back to people in a channel's summary. */
export function typedSettings(settings: NewChannel["settings"]): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([field, text]) => [field, typedText(text)]));
}

/** A sentence why whoever asks cannot make a channel of this kind here; null where they can. */
export function reasonAgainst({ unavailable, operatorsOnly, label }: Channel, { actor }: Asking): string | null {
  if (unavailable !== null || !operatorsOnly) return unavailable;
  const isOperator = actor !== undefined && (actor.kind === "system" || actor.operator);
  return isOperator ? null : `Only an operator of this installation can make a channel of the kind ${label}.`;
}

/** A setting of another kind is a mistake that should not be swallowed. */
export function refuseStrangers({ label, fields }: Channel, settings: Readonly<Record<string, unknown>>): void {
  const strange = Object.keys(settings).find((name) => !fields.some((field) => field.name === name));
  if (strange === undefined) return;
  const known = fields.map((field) => field.name).join(", ");
  throw new AppError("invalid", `${label} has no setting "${strange}"; it takes: ${known}.`, strange);
}

export function noChannel(channelId: string): AppError {
  return new AppError("not-found", `There is no channel with the id "${channelId}".`, "channelId");
}

/** Reads back what `insertSealedChannel` stored. */
export function openSettings({ secrets }: Pick<Services, "secrets">, sealed: string): Record<string, string> {
  const settings: unknown = JSON.parse(secrets.open(sealed));
  const entries = Object.entries(settings ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
