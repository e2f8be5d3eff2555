import { maskSecrets } from "./mask.ts";
import type { NoticeText } from "./message-notice.ts";
import { cleanLine, clip } from "./message-text.ts";
import { fullTime } from "./message-time.ts";
import { VERDICT_LENGTH } from "./message-verdict.ts";
import type { NoticeFacts } from "./notice.ts";

/** So many channels are named. */
const NAMED = 10;

/** Some channels did not take a drill's message. */
export function drillNoticeText(facts: Extract<NoticeFacts, { notice: "drill" }>, baseUrl: string): NoticeText {
  const { missing, arrived, startedAt } = facts;
  const total = missing.length + arrived;
  const named = missing
    .slice(0, NAMED)
    .map(({ channel, reason }) => `${cleanLine(channel, 100)}: ${cleanLine(maskSecrets(reason), 300)}`);
  const more = missing.length > NAMED ? [`… and ${missing.length - NAMED} more.`] : [];
  return {
    tone: "bad",
    verdict: clip(`✗ FIRE DRILL FAILED · ${missing.length} of ${total} not reached`, VERDICT_LENGTH),
    why: [`The drill of ${fullTime(startedAt, "UTC")} did not arrive over these channels:`, ...named, ...more],
    action: "Repair these channels, then start another drill: an alarm would not have arrived there either.",
    links: [
      { label: "Drills", url: `${baseUrl}/drills` },
      { label: "Channels", url: `${baseUrl}/channels` },
    ],
  };
}
