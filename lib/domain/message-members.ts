import { groupBy } from "./group-by.ts";
import { maskSecrets } from "./mask.ts";
import type { MaskPattern } from "./mask-pattern.ts";
import { cleanLine } from "./message-text.ts";
import { clockIn } from "./message-time.ts";
import { detailOf, headOf, saysClosed, signOf, WORDS } from "./message-verdict.ts";
import type { GroupMember, MessageMember } from "./message.ts";
import type { Instant } from "./time.ts";

const NAME_LENGTH = 100;
/** Fits every platform's lines after escaping, as long as names are not all markup. */
const LINE_LENGTH = 220;
const LINES = 8;
const HOSTS_NAMED = 5;

/** A job of a message about several, in words. */
export function memberOf(
  { event, facts, timeZone, ...known }: GroupMember,
  { at, maskPatterns = [] }: { at: Instant; maskPatterns?: readonly MaskPattern[] | undefined },
): MessageMember {
  const { incidentId, jobId, slug, name } = known;
  const host = known.host === null ? null : cleanLine(maskSecrets(known.host, maskPatterns), NAME_LENGTH) || null;
  return {
    ...{ incidentId, jobId, slug, host, event, severity: facts.severity, cause: facts.cause },
    name: cleanLine(name, NAME_LENGTH) || slug,
    head: headOf({ event, facts, at }),
    detail: event === "resolved" ? null : (detailOf(facts) ?? slotOf(facts.slotAt, timeZone)),
  };
}

function slotOf(slotAt: Instant | null, timeZone: string): string | null {
  return slotAt === null ? null : clockIn(slotAt, timeZone);
}

/** `✗ MISSED (2): backup (02:00), import (02:05)`: jobs by what happened to them, in at most so many lines; the rest is counted. */
export function memberLines(members: readonly MessageMember[], most = LINES): string[] {
  const lines: string[] = [];
  let shown = 0;
  for (const [kind, own] of groupBy(members, kindOf)) {
    let line = `${kind}${own.length > 1 ? ` (${own.length})` : ""}: `;
    let begun = true;
    for (const { name, detail } of own) {
      const words = detail === null ? name : `${name} (${detail})`;
      if (!begun && line.length + words.length + 2 > LINE_LENGTH) {
        lines.push(`${line},`);
        if (lines.length >= most) return [...lines, restOf(members.length - shown)];
        line = "… ";
        begun = true;
      }
      line += begun ? words : `, ${words}`;
      begun = false;
      shown += 1;
    }
    lines.push(line);
    if (lines.length >= most) break;
  }
  return shown < members.length ? [...lines, restOf(members.length - shown)] : lines;
}

/** What happened, alike for all that it happened to. */
export function kindOf({ event, severity, cause, head }: MessageMember): string {
  if (event === "resolved") return saysClosed(head) ? "✓ CLOSED" : "✓ RECOVERED";
  if (event === "unstable") return "⚠ UNSTABLE";
  if (event === "stable") return "✓ STABLE AGAIN";
  return `${signOf(severity)} ${WORDS[cause]}`;
}

function restOf(more: number): string {
  return `… and ${more} more, which the incident's page lists.`;
}

/** `db-03 (5 jobs), web-01 (1 job)`: the machines with the most jobs first; null where none is known. */
export function machinesOf(members: readonly MessageMember[]): string | null {
  const known = members.filter(({ host }) => host !== null);
  const machines = [...groupBy(known, ({ host }) => host)].toSorted(([, one], [, two]) => two.length - one.length);
  if (machines.length === 0) return null;
  const named = machines
    .slice(0, HOSTS_NAMED)
    .map(([host, own]) => `${host} (${own.length} ${own.length === 1 ? "job" : "jobs"})`);
  const more = machines.length > HOSTS_NAMED ? [`${machines.length - HOSTS_NAMED} more`] : [];
  return [...named, ...more].join(", ");
}
