import { blankMessage } from "./message-notice.ts";
import { cleanLine } from "./message-text.ts";
import { fullTime } from "./message-time.ts";
import type { AlertMessage, TestInput } from "./message.ts";

/** A message that only shows that the channel works. */
export function composeTest({ alertId, event, at, baseUrl, project, facts }: TestInput): AlertMessage {
  const by = facts.requestedBy === null ? "" : ` ${cleanLine(facts.requestedBy, 100)} asked for it.`;
  return {
    ...blankMessage({ alertId, event, at, project }),
    tone: "info",
    verdict: "✓ TEST · Belfry can reach this channel",
    why: [`This is a test, sent at ${fullTime(at, "UTC")}.${by}`, "Alerts of your jobs will arrive here."],
    action: null,
    links: [{ label: "Channels", url: `${baseUrl}/channels` }],
  };
}
