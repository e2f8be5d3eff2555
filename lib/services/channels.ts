import { notWritten } from "./not-written.ts";
import type { Instant } from "../domain/time.ts";
import type { Ctx } from "./context.ts";

export type ChannelRow = {
  id: string;
  projectId: string;
  kind: string;
  kindLabel: string;
  name: string;
  /** The address, masked. */
  summary: string;
  enabled: boolean;
  /** Set when the receiver refused for good; sending goes on once a test or a replay succeeds. */
  brokenAt: Instant | null;
  brokenReason: string | null;
  createdAt: Instant;
  lastSentAt: Instant | null;
};

export type ChannelKindRow = {
  kind: string;
  label: string;
  /** The one setting its form asks for. */
  field: "url" | "to";
  /** A sentence with the fix where it cannot be used here (e-mail without SMTP_URL); null where it can. */
  unavailable: string | null;
};

export type NewChannel = {
  projectId: string;
  kind: string;
  /** Default: the kind's label. */
  name?: string;
  /** `{ url }` for slack and webhook, `{ to }` for email. */
  settings: Readonly<Record<string, string>>;
};

/** What the receiver answered, in its own words (secrets masked). */
export type TestResult = {
  ok: boolean;
  status: number | null;
  answer: string;
  tookMs: number;
  deliveryId: string;
};

export async function listChannels(ctx: Ctx, input: { projectId: string }): Promise<ChannelRow[]> {
  return notWritten(ctx, input);
}

/** The kinds there are, with what each asks for and why one cannot be used. */
export function listChannelKinds(services: { config: { smtpUrl: string | null } }): ChannelKindRow[] {
  return notWritten(services);
}

/** @throws AppError `invalid` with the field it is about: kind, name, or the kind's own setting. */
export async function createChannel(ctx: Ctx, input: NewChannel): Promise<{ id: string }> {
  return notWritten(ctx, input);
}

/** Renames it, switches it on or off. The address never changes: make a new channel. */
export async function updateChannel(
  ctx: Ctx,
  input: { channelId: string; name?: string; enabled?: boolean },
): Promise<{ id: string }> {
  return notWritten(ctx, input);
}

export async function deleteChannel(
  ctx: Ctx,
  input: { channelId: string },
): Promise<{ id: string; projectId: string }> {
  return notWritten(ctx, input);
}

/** Sends a test at once and waits for the receiver's answer; it is recorded as an alert `test` with its delivery. */
export async function testChannel(ctx: Ctx, input: { channelId: string }): Promise<TestResult> {
  return notWritten(ctx, input);
}
