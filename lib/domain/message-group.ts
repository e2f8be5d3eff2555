import { formatDuration } from "./duration.ts";
import type { JobAlertEvent } from "./incident.ts";
import { maskSecrets } from "./mask.ts";
import { blankMessage } from "./message-notice.ts";
import { cleanLine, clip } from "./message-text.ts";
import { clockIn, fullTime } from "./message-time.ts";
import { headOf, VERDICT_LENGTH } from "./message-verdict.ts";
import type { AlertMessage, GroupInput, GroupMember } from "./message.ts";

/** So many jobs are named; the others are counted. */
const NAMED = 20;

/** Several jobs in trouble for what looks like one reason, in one message. */
export function composeGroup(input: GroupInput): AlertMessage {
  const { alertId, at, baseUrl, project, outage, members } = input;
  const event = eventOf(input);
  const [first] = members;
  const worst = members.some(({ facts }) => facts.severity === "critical") ? "critical" : "warning";
  return {
    ...blankMessage({ alertId, event, at, project }),
    tone: event === "resolved" ? "good" : worst === "critical" ? "bad" : "warning",
    verdict: verdictOf(input),
    why: reasonsOf(input),
    since: event === "resolved" ? null : fullTime(outage.openedAt, first?.timeZone ?? "UTC"),
    action: actionOf(input),
    links: [{ label: "Incidents", url: `${baseUrl}/incidents` }],
    incident: {
      ...{
        id: outage.id,
        number: 0,
        severity: worst,
        cause: first?.facts.cause ?? "missed",
        openedAt: outage.openedAt,
      },
      ...{ resolvedAt: event === "resolved" ? at : null, resolveReason: event === "resolved" ? "recovered" : null },
      ...{ badCount: outage.total, missedCount: 0 },
    },
  };
}

/** A follow-up changes what was told before; only the last recovery is the end. */
function eventOf({ event, outage, heard }: GroupInput): JobAlertEvent {
  if (event === "resolved") return outage.open === 0 ? "resolved" : "changed";
  return event === "opened" && heard ? "changed" : event;
}

function verdictOf({ event, outage, members, heard, at }: GroupInput): string {
  const where = placeOf(outage);
  if (event === "resolved") {
    const lasted = formatDuration(at - outage.openedAt);
    return outage.open === 0
      ? line(`✓ ALL ${outage.total} RECOVERED after ${lasted}`, where)
      : line(`✓ ${outage.total - outage.open} of ${outage.total} RECOVERED`, where);
  }
  if (event === "reminder") return line(`✗ STILL ${outage.open} JOBS IN TROUBLE`, where);
  const words = wordsOf(members);
  return heard
    ? line(`✗ ${members.length} MORE, ${outage.open} JOBS ${words}`, where)
    : line(`✗ ${members.length} JOBS ${words}`, where);
}

function line(head: string, where: string): string {
  return clip(`${head} · ${where}`, VERDICT_LENGTH);
}

function placeOf({ kind, host }: GroupInput["outage"]): string {
  if (kind === "project" || host === null) return "most of the project";
  return cleanLine(maskSecrets(host), 100) || "one machine";
}

/** `MISSED` where all are alike. */
function wordsOf(members: readonly GroupMember[]): string {
  const causes = new Set(members.map(({ facts }) => facts.cause));
  const [only] = causes;
  return causes.size === 1 && only !== undefined ? only.toUpperCase() : "IN TROUBLE";
}

function reasonsOf({ event, outage, members, at }: GroupInput): string[] {
  const shown = members.slice(0, NAMED).map((member) => describe(member, at));
  const more = members.length > NAMED ? [`… and ${members.length - NAMED} more.`] : [];
  if (event === "resolved") {
    const left = outage.open === 0 ? [] : [`${outage.open} of ${outage.total} jobs are still in trouble.`];
    return [...left, ...shown, ...more];
  }
  const together =
    outage.kind === "host"
      ? `${outage.open} jobs of one machine are in trouble at the same time.`
      : `${outage.open} jobs are in trouble at the same time: more than half of what had to run.`;
  return [together, ...shown, ...more];
}

function describe({ event, facts, name, timeZone }: GroupMember, at: number): string {
  const slot = facts.slotAt === null ? "" : `, expected at ${clockIn(facts.slotAt, timeZone)}`;
  return `${headOf({ event, facts, at })} · ${cleanLine(name, 100)}${event === "resolved" ? "" : slot}`;
}

function actionOf({ event, outage }: GroupInput): string | null {
  if (event === "resolved" && outage.open === 0) return null;
  if (outage.kind === "host") {
    return `Check that ${placeOf(outage)} is up, reaches the network and has room on its disks; then that cron runs: systemctl status cron.`;
  }
  return "Look at what the jobs share: the network, a database, a disk, a deploy, or the scheduler itself.";
}
