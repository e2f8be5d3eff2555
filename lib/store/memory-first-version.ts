import { newMemory } from "../domain/draft.ts";
import type { OpenIncident } from "../domain/incident.ts";
import { markOfEnd, NO_MARK, type RecentPings } from "../domain/recent-pings.ts";
import type { Run } from "../domain/run.ts";
import type { Memory } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { AMBIGUOUS, LATE, START_SEEN } from "./memory.ts";

/** Of the texts that were written until November 2026; each is written anew with the next ping of its job. */
export const FIRST_VERSION = "1";

/** What stands in every incident's record; causes that came later follow. */
const INCIDENT_FIELDS = 8;

/** Reads a text of the first version: instants are distances to the base, which is its first field, and numbers decimal. */
export function decodeFirstVersion(text: string): Memory {
  const memory = newMemory();
  const [head = "", ...records] = text.split("\n");
  const fields = head.slice(FIRST_VERSION.length).split(",");
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
  memory.countsSince = instant(fields[11], base);
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
      memory.recentPings = memory.recentPings.concat(decodePing(fields, base));
      break;
    case "i":
      memory.incidents.push(decodeIncident(fields, base));
      break;
    default:
      throw new Error(`A record of kind ${JSON.stringify(record[0])} in a job's memory cannot be read.`);
  }
}

/** Its key began with what became its mark. */
function decodePing(fields: readonly string[], base: Instant): RecentPings {
  const [, sign, origin = "", key] = /^(?:([+-])(\d*):)?(\d*)$/.exec(unescaped(fields[1]) ?? "") ?? [];
  const mark = sign === undefined ? NO_MARK : markOfEnd(sign === "+" ? "success" : "fail", origin);
  return [instant(fields[0], base) ?? base, whole(key), mark];
}

function decodeRun(fields: readonly string[], base: Instant): Run {
  const flags = whole(fields[2]);
  const slotAt = instant(fields[4], base);
  const startedAt = instant(fields[5], base);
  const outputAt = instant(fields[18], base);
  return {
    number: whole(fields[0]),
    outcome: word<Run["outcome"]>(fields[1]) ?? "unknown",
    slotAt,
    lastSlotAt: fields[8] === "=" ? slotAt : instant(fields[8], base),
    count: whole(fields[3]),
    startedAt,
    finishedAt: fields[6] === "=" ? startedAt : instant(fields[6], base),
    durationMs: instant(fields[12], 0),
    finishBy: instant(fields[15], base),
    heartbeatAt: instant(fields[16], base),
    slowBy: instant(fields[19], base),
    heldUntil: instant(fields[20], base),
    finishedLate: (flags & LATE) !== 0,
    exitCode: instant(fields[13], 0),
    runId: word(fields[9]),
    host: unescaped(fields[11]),
    source: unescaped(fields[10]),
    ambiguous: (flags & AMBIGUOUS) !== 0,
    startSeen: (flags & START_SEEN) !== 0,
    reason: word<NonNullable<Run["reason"]>>(fields[14]),
    settledAt: instant(fields[7], base),
    output: outputAt === null ? null : { pingId: fields[17] ?? "", receivedAt: outputAt },
  };
}

function decodeIncident(fields: readonly string[], base: Instant): OpenIncident {
  const laterCauses = fields.slice(INCIDENT_FIELDS).flatMap((field) => word<OpenIncident["cause"]>(field) ?? []);
  return {
    number: whole(fields[0]),
    severity: word<OpenIncident["severity"]>(fields[1]) ?? "critical",
    cause: word<OpenIncident["cause"]>(fields[2]) ?? "failed",
    openedAt: instant(fields[3], base) ?? base,
    runNumber: whole(fields[4]),
    sequence: whole(fields[5]),
    badCount: whole(fields[6]),
    missedCount: whole(fields[7]),
    ...(laterCauses.length > 0 ? { laterCauses } : {}),
  };
}

function whole(field: string | undefined): number {
  return Number(field);
}

function instant(field: string | undefined, base: Instant): Instant | null {
  return blank(field) ? null : base + Number(field);
}

/** Words of ours, written by `encodeMemory`: what stands there is one of them. */
function word<T extends string>(field: string | undefined): T | null {
  return blank(field) ? null : (field as T);
}

function blank(field: string | undefined): field is "" | undefined {
  return field === undefined || field === "";
}

function unescaped(field: string | undefined): string | null {
  if (blank(field)) return null;
  return field.includes("%") ? decodeURIComponent(field) : field;
}
