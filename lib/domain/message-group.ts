import { isEnd } from "./alerting/pending.ts";
import { formatDuration } from "./duration.ts";
import type { JobAlertEvent } from "./incident.ts";
import { maskSecrets } from "./mask.ts";
import { groupAction } from "./message-group-action.ts";
import { composeIncident } from "./message-incident.ts";
import { machinesOf, memberLines, memberOf } from "./message-members.ts";
import { blankMessage } from "./message-notice.ts";
import { causeOf, figuresOf, type Rest, restOf, troubleLines, troublesOf, unlistedLines } from "./message-rest.ts";
import { cleanLine, clip } from "./message-text.ts";
import { fullTime, spanPhrase } from "./message-time.ts";
import { isGone, saysClosed, VERDICT_LENGTH, WORDS } from "./message-verdict.ts";
import { waitPhrases } from "./message-wait.ts";
import type { AlertMessage, GroupInput, IncidentInput, MessageLink, MessageMember } from "./message.ts";
import type { Instant } from "./time.ts";

/** Why jobs of several machines are one outage. */
const WIDE = "more than half of what had to run";

/** Several jobs in trouble for what looks like one reason, in one message. */
export function composeGroup(input: GroupInput): AlertMessage {
  const event = eventOf(input);
  const members = input.members.map((member) => memberOf(member, input));
  const listing = listingOf(input, members);
  const worded = wordGroup(input, { event, listing, verdict: verdictOf(input, listing) });
  const partly = isEnd(input) && !isAllWell(input);
  const group: AlertMessage = partly ? { ...worded, tone: "warning" } : worded;
  const { only, outage } = input;
  const inFull = only !== null && (input.event !== "resolved" || outage.total === 1);
  const message = inFull ? wordOnly(input, only, group) : group;
  if (event !== "changed" || input.standing.length === 0) return message;
  // What is in trouble again is not listed as well: a line of its own names it.
  const known = input.standing.filter(({ again }) => (again ?? null) === null);
  const all = listingOf(
    input,
    known.map((member) => memberOf(member, input)),
  );
  return { ...message, standing: wordGroup(input, { event, listing: all, verdict: standingVerdict(input, all) }) };
}

/** One more of an outage is told with all that is known of it. */
function wordOnly(input: GroupInput, only: IncidentInput, group: AlertMessage): AlertMessage {
  const { event, incident, members } = group;
  const { open } = input.outage;
  const shared = input.outage.kind === "project" ? WIDE : placeOf(input);
  const sum = open > 1 ? [`${open} jobs of this outage are in trouble: ${shared}.`] : [];
  const others = [...sum, ...beforeLines(input, members)];
  const alone = composeIncident(only, input.heard && input.event === "opened" && open > 1 ? moreOf(input) : null);
  return { ...alone, event, incident, members, why: [...alone.why, ...others] };
}

function moreOf({ members, outage }: GroupInput): string {
  return `${members.length} more, ${outage.open} in all`;
}

/** What else is still in trouble, of which people have heard. */
function beforeLines(input: GroupInput, members: readonly MessageMember[]): string[] {
  const { event, heard, outage } = input;
  if (!heard || isEnd({ event }) || outage.open === 0) return [];
  const told = new Set(members.map(({ incidentId }) => incidentId));
  const before = input.standing
    .map((member) => memberOf(member, input))
    .filter((member) => member.event !== "resolved" && !told.has(member.incidentId))
    // What each said was told with it.
    .map(({ said: _said, ...member }) => member);
  return before.length === 0 ? [] : ["Told before, and still so:", ...memberLines(before)];
}

/** The jobs that a message lists, and what its outage has beside them. */
type Listing = { members: readonly MessageMember[]; rest: Rest };

function listingOf(input: GroupInput, members: readonly MessageMember[]): Listing {
  return { members, rest: restOf(input, new Set(members.map(({ jobId }) => jobId))) };
}

type Wording = { event: JobAlertEvent; listing: Listing; verdict: string };

function wordGroup(input: GroupInput, { event, listing, verdict }: Wording): AlertMessage {
  const { members, rest } = listing;
  const { alertId, at, project, outage } = input;
  const severity = members.some((member) => member.severity === "critical") ? "critical" : "warning";
  const ended = event === "resolved";
  const [first] = input.members;
  const unlisted = input.event === "resolved" ? unlistedLines(rest) : [];
  const listed = [...memberLines(members), ...unlisted, ...beforeLines(input, members)];
  return {
    ...blankMessage({ alertId, event, at, project }),
    tone: toneOf(input, severity),
    verdict,
    why: [...situationOf(input, listing), ...listed, ...waitOf(input)],
    since: ended ? null : fullTime(outage.openedAt, first?.timeZone ?? "UTC"),
    action: actionOf(input, rest),
    links: linksOf(input, rest),
    incident: {
      ...{ id: outage.id, number: null, severity, cause: causeOf(input), openedAt: outage.openedAt },
      ...{ resolvedAt: ended ? endOfOutage(input) : null, resolveReason: ended ? "recovered" : null },
      ...{ ...figuresOf(input), alone: outage.alone },
    },
    members,
  };
}

function waitOf(input: GroupInput): string[] {
  return isEnd(input) ? [] : waitPhrases({ ...input, timeZone: input.members[0]?.timeZone ?? "UTC" });
}

/** A follow-up changes what was told before; it is over when none of its jobs is in trouble any more. */
function eventOf({ event, outage, heard }: GroupInput): JobAlertEvent {
  if (isEnd({ event })) return outage.open + outage.later === 0 ? event : "changed";
  return event === "opened" && heard ? "changed" : event;
}

/** Whether none of its jobs is in trouble, and people have heard that of each. */
function isAllWell({ outage }: GroupInput): boolean {
  return outage.open + outage.later + outage.again === 0;
}

function toneOf(input: GroupInput, severity: "critical" | "warning"): AlertMessage["tone"] {
  if (input.event === "stable" || (input.event === "resolved" && isAllWell(input))) return "good";
  return severity === "critical" ? "bad" : "warning";
}

function verdictOf(input: GroupInput, listing: Listing): string {
  const { members } = listing;
  const { event, outage, heard } = input;
  const lasted = formatDuration(endOfOutage(input) - outage.openedAt);
  const words = wordsOf(members);
  switch (event) {
    case "resolved":
      if (!isAllWell(input)) return line(input, `✓ ${wellOf(input)} OF ${outage.total} ${endOf(listing)}`);
      return line(input, `✓ ${outage.total === 1 ? "" : `ALL ${outage.total} `}${endOf(listing)} after ${lasted}`);
    case "stable":
      return line(input, `✓ ${jobs(members.length)} STABLE AGAIN`);
    case "unstable":
      return line(input, `⚠ ${jobs(members.length)} UNSTABLE`);
    case "changed":
      return line(input, `${signFor(members)} ${jobs(members.length)} NOW ${words}`);
    case "reminder":
      return line(input, `${signFor(members)} ${jobs(members.length)} STILL ${words} after ${lasted}`);
    default:
      return heard
        ? line(input, `${signFor(members)} ${members.length} MORE ${words}, ${outage.open} IN ALL`)
        : line(input, `${signFor(members)} ${jobs(members.length)} ${words}`);
  }
}

function wellOf({ outage: { total, open, later, again } }: GroupInput): number {
  return total - open - later - again;
}

/** The alert that a message is about may tell of what recovered earlier, or before the outage was known for one. */
function endOfOutage({ event, at, outage }: GroupInput): Instant {
  return Math.max(outage.openedAt, event === "resolved" ? (outage.endedAt ?? at) : at);
}

/** Where somebody paused or changed one of the jobs it is not known to be well. */
function endOf({ members, rest }: Listing): string {
  const closed = members.some(({ head }) => saysClosed(head)) || rest.unlisted.some((one) => one.closed);
  return closed ? "OVER" : "RECOVERED";
}

function standingVerdict(input: GroupInput, listing: Listing): string {
  const { members } = listing;
  const { open, total } = input.outage;
  if (open === 0) return verdictOf(input, listing);
  const still = members.filter(({ event }) => event !== "resolved");
  const words = wordsOf(still);
  return open < total
    ? line(input, `${signFor(still)} ${open} OF ${total} JOBS STILL ${words}`)
    : line(input, `${signFor(still)} ${jobs(open)} ${words}`);
}

function jobs(count: number): string {
  return count === 1 ? "1 JOB" : `${count} JOBS`;
}

function signFor(members: readonly MessageMember[]): string {
  return members.some(({ severity }) => severity === "critical") ? "✗" : "⚠";
}

function line(input: GroupInput, head: string): string {
  return clip(`${head} · ${placeOf(input)}`, VERDICT_LENGTH);
}

function placeOf({ outage, maskPatterns }: GroupInput): string {
  if (outage.kind === "project" || outage.host === null) return "most of the project";
  return cleanLine(maskSecrets(outage.host, maskPatterns), 100) || "one machine";
}

/** `MISSED` where all are alike. */
function wordsOf(members: readonly MessageMember[]): string {
  const causes = new Set(members.map(({ cause }) => cause));
  const [only] = causes;
  return causes.size === 1 && only !== undefined ? WORDS[only] : "IN TROUBLE";
}

/** What the jobs have in common, before each is named. */
function situationOf(input: GroupInput, listing: Listing): string[] {
  const { members, rest } = listing;
  const { event, outage } = input;
  const place = placeOf(input);
  const machines = outage.kind === "project" ? machinesOf(members) : null;
  const where = machines === null ? [] : [`Machines: ${machines}.`];
  if (event === "stable") return where;
  if (event === "resolved") return [...downLines(input, listing), ...troubleLines(rest, outage), ...where];
  if (outage.kind === "host" && outage.host !== null) {
    return [
      outage.open === 1
        ? `1 job of ${place} is in trouble.`
        : `${outage.open} jobs of ${place} are in trouble at the same time.`,
    ];
  }
  return [`${outage.open} jobs are in trouble at the same time: ${WIDE}.`, ...where];
}

/** How long it lasted in all. */
function downLines(input: GroupInput, listing: Listing): string[] {
  const [first] = input.members;
  if (!isAllWell(input) || first === undefined) return [];
  const lasted = spanPhrase(input.outage.openedAt, endOfOutage(input), first.timeZone);
  return [`${endOf(listing) === "OVER" ? "In trouble" : "Down"} ${lasted}.`];
}

function actionOf(input: GroupInput, rest: Rest): string | null {
  const { event, outage } = input;
  if (event === "stable" || (event === "resolved" && outage.open + outage.again === 0)) return null;
  return groupAction(troublesOf(input, rest), outage.kind === "host" ? placeOf(input) : null);
}

/** The page of one of them shows the others too: of one in trouble, as long as there is one. */
function linksOf({ baseUrl, event, members }: GroupInput, { still, again }: Rest): MessageLink[] {
  const [left] = event === "resolved" ? [...still, ...again] : [];
  const first = left ?? members.find(({ facts }) => !isGone(facts));
  const own = first === undefined ? [] : [{ label: "Incident", url: `${baseUrl}/incidents/${first.incidentId}` }];
  return [...own, { label: "All incidents", url: `${baseUrl}/incidents` }];
}
