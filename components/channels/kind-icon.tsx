import { Mail, MessageSquare, Webhook, type LucideIcon } from "lucide-react";

/** Rooms in which people talk have one icon: the platforms' own marks are theirs. */
const CHATS = ["slack", "discord", "teams", "google-chat", "mattermost", "rocketchat", "zulip", "matrix"];

const ICONS: Readonly<Record<string, LucideIcon>> = {
  email: Mail,
  ...Object.fromEntries(CHATS.map((kind) => [kind, MessageSquare])),
};

export function KindIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? Webhook;
  return <Icon size={16} aria-hidden />;
}
