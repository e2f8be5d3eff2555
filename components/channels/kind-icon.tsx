import { Mail, MessageSquare, Webhook } from "lucide-react";

export function KindIcon({ kind }: { kind: string }) {
  const Icon = kind === "email" ? Mail : kind === "slack" ? MessageSquare : Webhook;
  return <Icon size={16} aria-hidden />;
}
