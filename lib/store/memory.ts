import { newMemory } from "../domain/draft.ts";
import type { OpenIncident } from "../domain/incident.ts";
import type { Run } from "../domain/run.ts";
import type { Memory } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";

// Every ping rewrites its job's memory, so its size and the cost of reading it bound the whole ping path: as a JSON
// object it took five times the time of this text. One line a record, its first field the kind; fields between commas,
// trailing empty ones left out; whole numbers in base 36, instants as the distance to the first field of the first line.

const VERSION = "1";
const LATE = 1;
const AMBIGUOUS = 2;
const START_SEEN = 4;

/** Writes what a job remembers as compact text; `decodeMemory` reads it back. Fractions of milliseconds are lost. */
export function encodeMemory(memory: Memory): string {
  const base = Math.round(memory.lastPingAt ?? memory.firstPingAt ?? memory.accountedThrough ?? 0);
  const at: At = (value) => (value === null ? "" : Math.round(value - base).toString(36));
  let text = line([
    VERSION + base.toString(36),
    at(memory.accountedThrough),
    at(memory.nextSlotAt),
    at(memory.pausedAt),
    at(memory.firstPingAt),
    at(memory.lastPingAt),
    at(memory.lastOkAt),
    number(memory.badStreak),
    number(memory.okStreak),
    number(memory.lastRunNumber),
    number(memory.lastIncidentNumber),
  ]);
  for (const run of memory.openRuns) text += `\no${encodeRun(run, at)}`;
  for (const run of memory.recentRuns) text += `\nr${encodeRun(run, at)}`;
  for (const ping of memory.recentPings) text += `\np${at(ping.at)},${escaped(ping.key)}`;
  for (const incident of memory.incidents) text += `\ni${encodeIncident(incident, at)}`;
  return text;
}

/** Reads what `encodeMemory` wrote, or a plain JSON object with some of the fields; what is missing is as in a new job. */
export function decodeMemory(stored: unknown): Memory {
  const memory = newMemory();
  if (typeof stored !== "string") return Object.assign(memory, stored);
  const [head = "", ...records] = stored.split("\n");
  if (!head.startsWith(VERSION)) throw new Error(`Memory of version ${head.slice(0, 1)} cannot be read.`);
  const fields = head.slice(VERSION.length).split(",");
  const base = whole(fields[0]);
  memory.accountedThrough = instant(fields[1], base);
  memory.nextSlotAt = instant(fields[2], base);
  memory.pausedAt = instant(fields[3], base);
  memory.firstPingAt = instant(fields[4], base);
  memory.lastPingAt = instant(fields[5], base);
  memory.lastOkAt = instant(fields[6], base);
  memory.badStreak = whole(fields[7]);
  memory.okStreak = whole(fields[8]);
  memory.lastRunNumber = whole(fields[9]);
  memory.lastIncidentNumber = whole(fields[10]);
  for (const record of records) decodeRecord(memory, record, base);
  return memory;
}

function decodeRecord(memory: Memory, record: string, base: Instant): void {
  const fields = record.slice(1).split(",");
  switch (record[0]) {
    case "o":
      memory.openRuns.push(decodeRun(fields, base));
      break;
    case "r":
      memory.recentRuns.push(decodeRun(fields, base));
      break;
    case "p":
      memory.recentPings.push({ at: instant(fields[0], base) ?? base, key: unescaped(fields[1]) ?? "" });
      break;
    case "i":
      memory.incidents.push(decodeIncident(fields, base));
      break;
    default:
      throw new Error(`A record of kind ${JSON.stringify(record[0])} in a job's memory cannot be read.`);
  }
}

type At = (instant: Instant | null) => string;

function encodeRun(run: Run, at: At): string {
  const flags = (run.finishedLate ? LATE : 0) | (run.ambiguous ? AMBIGUOUS : 0) | (run.startSeen ? START_SEEN : 0);
  return line([
    number(run.number),
    run.outcome,
    flags.toString(36),
    at(run.slotAt),
    at(run.startedAt),
    run.finishedAt === run.startedAt ? "=" : at(run.finishedAt),
    at(run.settledAt),
    run.lastSlotAt === run.slotAt ? "=" : at(run.lastSlotAt),
    run.count === 1 ? "" : number(run.count),
    run.source === null ? "" : escaped(run.source),
    run.runId ?? "",
    number(run.durationMs),
    number(run.exitCode),
    at(run.finishBy),
    at(run.heartbeatAt),
    run.reason ?? "",
    run.host === null ? "" : escaped(run.host),
    run.output?.pingId ?? "",
    at(run.output?.receivedAt ?? null),
  ]);
}

function decodeRun(fields: readonly string[], base: Instant): Run {
  const flags = whole(fields[2]);
  const slotAt = instant(fields[3], base);
  const startedAt = instant(fields[4], base);
  const outputAt = instant(fields[18], base);
  return {
    number: whole(fields[0]),
    outcome: word<Run["outcome"]>(fields[1]) ?? "unknown",
    slotAt,
    lastSlotAt: fields[7] === "=" ? slotAt : instant(fields[7], base),
    count: blank(fields[8]) ? 1 : whole(fields[8]),
    startedAt,
    finishedAt: fields[5] === "=" ? startedAt : instant(fields[5], base),
    durationMs: wholeOrNull(fields[11]),
    finishBy: instant(fields[13], base),
    heartbeatAt: instant(fields[14], base),
    finishedLate: (flags & LATE) !== 0,
    exitCode: wholeOrNull(fields[12]),
    runId: word(fields[10]),
    host: unescaped(fields[16]),
    source: unescaped(fields[9]),
    ambiguous: (flags & AMBIGUOUS) !== 0,
    startSeen: (flags & START_SEEN) !== 0,
    reason: word<NonNullable<Run["reason"]>>(fields[15]),
    settledAt: instant(fields[6], base),
    output: outputAt === null ? null : { pingId: fields[17] ?? "", receivedAt: outputAt },
  };
}

function encodeIncident(incident: OpenIncident, at: At): string {
  const { severity, cause, runNumber, sequence, badCount, missedCount } = incident;
  const counts = [runNumber, sequence, badCount, missedCount].map(number);
  return line([number(incident.number), severity, cause, at(incident.openedAt), ...counts]);
}

function decodeIncident(fields: readonly string[], base: Instant): OpenIncident {
  return {
    number: whole(fields[0]),
    severity: word<OpenIncident["severity"]>(fields[1]) ?? "critical",
    cause: word<OpenIncident["cause"]>(fields[2]) ?? "failed",
    openedAt: instant(fields[3], base) ?? base,
    runNumber: whole(fields[4]),
    sequence: whole(fields[5]),
    badCount: whole(fields[6]),
    missedCount: whole(fields[7]),
  };
}

function line(fields: readonly string[]): string {
  let last = fields.length;
  while (last > 0 && fields[last - 1] === "") last -= 1;
  return fields.slice(0, last).join(",");
}

function number(value: number | null): string {
  return value === null ? "" : Math.round(value).toString(36);
}

function whole(field: string | undefined): number {
  return blank(field) ? 0 : Number.parseInt(field, 36);
}

function wholeOrNull(field: string | undefined): number | null {
  return blank(field) ? null : Number.parseInt(field, 36);
}

function instant(field: string | undefined, base: Instant): Instant | null {
  return blank(field) ? null : base + Number.parseInt(field, 36);
}

/** Words of ours, written by this file: what stands there is one of them. */
function word<T extends string>(field: string | undefined): T | null {
  return blank(field) ? null : (field as T);
}

function blank(field: string | undefined): field is "" | undefined {
  return field === undefined || field === "";
}

/** Leaves what commonly stands in addresses and names; everything with a meaning here goes. A lone surrogate is repaired. */
function escaped(text: string): string {
  return /^[\w .:|@/+-]*$/.test(text) ? text : encodeURIComponent(Buffer.from(text).toString());
}

function unescaped(field: string | undefined): string | null {
  if (blank(field)) return null;
  return field.includes("%") ? decodeURIComponent(field) : field;
}
