import { groupBy } from "./group-by.ts";
import { maskSecrets } from "./mask.ts";
import type { MaskPattern } from "./mask-pattern.ts";
import { saidOf } from "./message-said.ts";
import { cleanLine, clip } from "./message-text.ts";
import { clockIn } from "./message-time.ts";
import { detailOf, headOf, saysClosed, signOf, WORDS } from "./message-verdict.ts";
import type { GroupMember, MessageMember } from "./message.ts";
import type { Instant } from "./time.ts";

const NAME_LENGTH = 100;
/** Fits every platform's lines after escaping, as long as names are not all markup. */
const LINE_LENGTH = 220;
const LINES = 8;
const HOSTS_NAMED = 5;
const SAID_LENGTH = 60;

/** A job of a message about several, in words. */
export function memberOf(
  { event, facts, timeZone, ...known }: GroupMember,
  { at, maskPatterns = [] }: { at: Instant; maskPatterns?: readonly MaskPattern[] | undefined },
): MessageMember {
  const { incidentId, jobId, slug, name } = known;
  const said = saidOf({ event, facts, said: known.said ?? null }, maskPatterns);
  const host = known.host === null ? null : cleanLine(maskSecrets(known.host, maskPatterns), NAME_LENGTH) || null;
  return {
    ...{ incidentId, jobId, slug, host, event, severity: facts.severity, cause: facts.cause },
    name: cleanLine(name, NAME_LENGTH) || slug,
    head: headOf({ event, facts, at }),
    detail: event === "resolved" ? null : (detailOf(facts) ?? slotOf(facts.slotAt, timeZone)),
    ...(said === null ? {} : { said }),
  };
}

function slotOf(slotAt: Instant | null, timeZone: string): string | null {
  return slotAt === null ? null : clockIn(slotAt, timeZone);
}

/**
 * `✗ MISSED (2): backup (02:00), import (02:05)`: jobs by what happened to them, in at most so many lines; the rest is counted.
 * `✗ FAILED: export (exit 1: “disk full”)`: what they said, of as many as leave the names their room.
 */
export function memberLines(members: readonly MessageMember[], most = LINES): string[] {
  const speakers = members.filter(({ said }) => said !== undefined);
  const plain = layOut(members, new Set(), most);
  // Where not all can be named anyway, what was said may cost half of the names.
  const least = plain.shown < members.length ? plain.shown / 2 : plain.shown;
  for (let heard = speakers.length; heard > 0; heard = Math.floor(heard / 2)) {
    const laid = layOut(members, new Set(speakers.slice(0, heard)), most);
    if (laid.shown >= least) return laid.lines;
  }
  return plain.lines;
}

/** `shown`: how many are named; `heard`: those whose words are shown. */
function layOut(
  members: readonly MessageMember[],
  heard: ReadonlySet<MessageMember>,
  most: number,
): { lines: string[]; shown: number } {
  const lines: string[] = [];
  let shown = 0;
  for (const [kind, own] of groupBy(members, kindOf)) {
    let line = `${kind}${own.length > 1 ? ` (${own.length})` : ""}: `;
    let begun = true;
    for (const member of own) {
      const words = wordsOf(member, heard.has(member));
      if (!begun && line.length + words.length + 2 > LINE_LENGTH) {
        lines.push(`${line},`);
        if (lines.length >= most) return { lines: [...lines, restOf(members.length - shown)], shown };
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
  return { lines: shown < members.length ? [...lines, restOf(members.length - shown)] : lines, shown };
}

/** `export (exit 1: “disk full”)` */
function wordsOf({ name, detail, said }: MessageMember, heard: boolean): string {
  const quoted = heard && said !== undefined ? [`“${clip(said, SAID_LENGTH)}”`] : [];
  const more = [...(detail === null ? [] : [detail]), ...quoted];
  return more.length === 0 ? name : `${name} (${more.join(": ")})`;
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
