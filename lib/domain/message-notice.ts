import { formatDuration } from "./duration.ts";
import { maskSecrets } from "./mask.ts";
import { drillNoticeText } from "./message-drill.ts";
import { cleanLine, clip } from "./message-text.ts";
import { fullTime } from "./message-time.ts";
import { VERDICT_LENGTH } from "./message-verdict.ts";
import type { AlertMessage, MessageLink, NoticeInput } from "./message.ts";
import type { NoticeFacts } from "./notice.ts";

export type NoticeText = Pick<AlertMessage, "tone" | "verdict" | "why" | "action" | "links">;

/** A message that is about Belfry or a channel, without a job. */
export function composeNotice(input: NoticeInput): AlertMessage {
  const { alertId, event, at, facts, baseUrl, project } = input;
  return { ...blankMessage({ alertId, event, at, project }), ...textOf(facts, baseUrl) };
}

/** A message without a job: everything but its text. */
export function blankMessage(
  known: Pick<AlertMessage, "alertId" | "event" | "at" | "project">,
): Omit<AlertMessage, keyof NoticeText> {
  return {
    ...known,
    project: known.project === null ? null : { ...known.project, name: cleanLine(known.project.name, 200) },
    since: null,
    output: null,
    duration: null,
    lastGood: null,
    nextExpected: null,
    elsewhere: null,
    actions: [],
    job: null,
    incident: null,
    run: null,
    members: [],
    standing: null,
  };
}

function textOf(facts: NoticeFacts, baseUrl: string): NoticeText {
  switch (facts.notice) {
    case "own-gap":
      return gapText(facts, baseUrl);
    case "undelivered":
      return undeliveredText(facts, baseUrl);
    case "drill":
      return drillNoticeText(facts, baseUrl);
    case "unsubscribed":
      return unsubscribedText(facts, baseUrl);
  }
}

function gapText(facts: Extract<NoticeFacts, { notice: "own-gap" }>, baseUrl: string): NoticeText {
  const away = formatDuration(facts.to - facts.from);
  const jobs = facts.unknownJobs === 1 ? "1 job has a run" : `${facts.unknownJobs} jobs have runs`;
  return {
    tone: "info",
    verdict: clip(`ℹ Belfry was away for ${away}`, VERDICT_LENGTH),
    why: [
      `Belfry took no pings from ${fullTime(facts.from, "UTC")} to ${fullTime(facts.to, "UTC")}.`,
      ...(facts.unknownJobs === null || facts.unknownJobs === 0
        ? ["No run is judged by what could not be seen."]
        : [`${jobs} in that time whose outcome is unknown; no alarm is raised for them.`]),
    ],
    action: "Look at those jobs by hand if they matter, and find out why Belfry or its database stood still.",
    links: [{ label: "Jobs", url: `${baseUrl}/jobs` }],
  };
}

function undeliveredText(facts: Extract<NoticeFacts, { notice: "undelivered" }>, baseUrl: string): NoticeText {
  const channel = cleanLine(facts.channel, 100);
  const kind = cleanLine(facts.kind, 40);
  const reason = cleanLine(maskSecrets(facts.reason), 300);
  const verb = facts.refused ? "refused it for good" : "did not take it for a day";
  const incident: MessageLink[] =
    facts.incidentId === null ? [] : [{ label: "Incident", url: `${baseUrl}/incidents/${facts.incidentId}` }];
  return {
    tone: "bad",
    verdict: clip(`✗ NOT DELIVERED over ${kind} · ${channel}`, VERDICT_LENGTH),
    why: [
      `This alert did not arrive: ${cleanLine(facts.verdict, 120)}`,
      `The channel “${channel}” (${kind}) ${verb}. Its answer: ${reason === "" ? "none" : reason}`,
    ],
    action: "Repair the channel's address or make a new channel, then send a test.",
    links: [...incident, { label: "Channels", url: `${baseUrl}/channels` }],
  };
}

function unsubscribedText(facts: Extract<NoticeFacts, { notice: "unsubscribed" }>, baseUrl: string): NoticeText {
  const channel = cleanLine(facts.channel, 100);
  return {
    tone: "warning",
    verdict: clip(`⚠ UNSUBSCRIBED · ${channel}`, VERDICT_LENGTH),
    why: [
      `A reader of ${cleanLine(facts.to, 200)} unsubscribed by the link in a mail.`,
      `The channel "${channel}" is switched off: no alert goes there any more.`,
    ],
    action: "If alerts should go there all the same, talk to its readers and switch the channel on again.",
    links: [{ label: "Channels", url: `${baseUrl}/channels` }],
  };
}
