import { Mail, MessageSquare, Siren, Smartphone, SquareTerminal, Webhook, type LucideIcon } from "lucide-react";

/** Rooms in which people talk have one icon: the platforms' own marks are theirs. */
const CHATS = ["slack", "discord", "teams", "google-chat", "mattermost", "rocketchat", "zulip", "matrix"];

/** What makes a phone ring. */
const PHONES = ["telegram", "ntfy", "gotify", "pushover", "pushbullet", "twilio", "signal"];

const ICONS: Readonly<Record<string, LucideIcon>> = {
  email: Mail,
  pagerduty: Siren,
  "jira-service-management": Siren,
  "splunk-on-call": Siren,
  shell: SquareTerminal,
  ...Object.fromEntries(CHATS.map((kind) => [kind, MessageSquare])),
  ...Object.fromEntries(PHONES.map((kind) => [kind, Smartphone])),
};

export function KindIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? Webhook;
  return <Icon size={16} aria-hidden />;
}
