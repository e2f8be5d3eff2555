import { blankMessage } from "./message-notice.ts";
import { cleanLine } from "./message-text.ts";
import { fullTime } from "./message-time.ts";
import type { AlertMessage, TestInput } from "./message.ts";
import { SEEN_LABEL } from "./seen-link.ts";

/** A message that only shows that the channel works. */
export function composeTest(input: TestInput): AlertMessage {
  const { alertId, event, at, baseUrl, project, facts } = input;
  if (facts.drillId !== undefined) return composeDrill(input);
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

/** A test that every channel of a project gets at once. It says so first, so that nobody runs. */
function composeDrill({ alertId, event, at, baseUrl, project, facts }: TestInput): AlertMessage {
  const whose = facts.requestedBy === null ? "It was due." : `Started by ${cleanLine(facts.requestedBy, 100)}.`;
  return {
    ...blankMessage({ alertId, event, at, project }),
    tone: "info",
    verdict: "ℹ FIRE DRILL · nothing is wrong, please confirm",
    why: [
      `This is a fire drill of ${fullTime(at, "UTC")}. ${whose}`,
      "Every channel of the project gets this message, to show that alarms would arrive.",
    ],
    action: `Follow "${SEEN_LABEL}", so that everybody knows that alarms here come in front of somebody's eyes.`,
    links: [{ label: "Drills", url: `${baseUrl}/drills` }],
  };
}
