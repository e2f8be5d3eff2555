import type { ChannelRules } from "../../lib/domain/alerting/channel-rules.ts";
import type { Instant } from "../../lib/domain/time.ts";

export type ChannelView = {
  id: string;
  kind: string;
  kindLabel: string;
  name: string;
  /** The address, masked. */
  summary: string;
  rules: ChannelRules;
  enabled: boolean;
  brokenAt: Instant | null;
  brokenReason: string | null;
  /** Why this installation cannot deliver over it, with what to do; null where it can. */
  unable: string | null;
  /** A reader of its mails switched it off. */
  unsubscribedAt: Instant | null;
  lastSentAt: Instant | null;
  /** What its receiver answered last, where it has taken nothing for a while but may again; null otherwise. */
  failing: string | null;
  /** Other projects whose alerts it tells too. */
  projects: readonly ProjectChoice[];
};

/** A project that a channel may serve beside its own. */
export type ProjectChoice = { id: string; name: string };

/** A channel of another project, as far as this one knows it. */
export type SharedChannelView = ChannelConditionView &
  Pick<ChannelView, "id" | "kind" | "kindLabel" | "name" | "summary"> & { ofProject: string };

export type ChannelConditionView = Pick<
  ChannelView,
  "enabled" | "brokenAt" | "brokenReason" | "unable" | "unsubscribedAt" | "lastSentAt" | "failing"
>;

export type KindView = {
  kind: string;
  label: string;
  hint: string;
  /** What its form asks for. */
  fields: readonly FieldView[];
  /** Why it cannot be used here, with the fix. */
  unavailable: string | null;
};

/** What the form of a channel that is there begins with; hidden settings that it has are only named. */
export type SettingsView = { values: Readonly<Record<string, string>>; kept: readonly string[] };

export type FieldView = {
  name: string;
  label: string;
  placeholder: string;
  input?: "text" | "secret" | "long" | "choice";
  choices?: readonly { value: string; label: string }[];
  optional?: boolean;
  hint?: string;
};

export type TestAnswer = { ok: boolean; status: number | null; answer: string; tookMs: number } | { failed: string };
