import { newMemory } from "../domain/draft.ts";
import type { Cause, OpenIncident, Severity } from "../domain/incident.ts";
import { NO_MARK } from "../domain/recent-pings.ts";
import type { Run, RunReason } from "../domain/run.ts";
import type { Memory } from "../domain/state.ts";
import type { Instant } from "../domain/time.ts";
import { FieldReader } from "./memory-fields.ts";
import { decodeFirstVersion, FIRST_VERSION } from "./memory-first-version.ts";
import { AMBIGUOUS, FLAG_BITS, LATE, latestOf, OUTCOMES, START_SEEN, VERSION, WrittenMemory } from "./memory.ts";

const OPEN_RUN = "o".charCodeAt(0);
const RUN = "r".charCodeAt(0);
const USUAL_RUN = "u".charCodeAt(0);
const PING = "p".charCodeAt(0);
const INCIDENT = "i".charCodeAt(0);
const LETTERS = 2;

/** Of texts that are read alike: they have no runs of which only the differences are told. */
const SECOND_VERSION = "2";

const input = new FieldReader();
/** Room for the latest pings of a job: a list that grows is copied again and again. */
const pingNumbers: number[] = [];

/** Reads what `encodeMemory` wrote, or a plain JSON object with some of the fields; what is missing is as in a new job. */
export function decodeMemory(stored: unknown): Memory {
  if (typeof stored !== "string") return Object.assign(newMemory(), stored);
  if (stored.startsWith(FIRST_VERSION)) return decodeFirstVersion(stored);
  if (!stored.startsWith(VERSION) && !stored.startsWith(SECOND_VERSION))
    throw new Error(`Memory of version ${stored.slice(0, 1)} cannot be read.`);
  return recallMemory(Buffer.from(stored, "latin1")).memory;
}

/** Reads the text that `encodeMemory` wrote, and where in it the records are. @param length of the text */
export function recallMemory(bytes: Buffer, length = bytes.length): { memory: Memory; written: WrittenMemory } {
  input.open(bytes, length);
  input.text();
  const memory = decodeFacts();
  const { openRuns, incidents } = memory;
  const recentRuns: Run[] = [];
  let letter = input.next();
  for (; letter === OPEN_RUN; letter = input.next()) openRuns.push(decodeRun(null));
  const runsAt = recordAt(letter);
  let run: Run | null = null;
  for (; letter === RUN || letter === USUAL_RUN; letter = input.next()) {
    run = letter === USUAL_RUN && run !== null ? decodeUsualRun(run) : decodeRun(run);
    recentRuns.push(run);
  }
  const pingsAt = recordAt(letter);
  let pingAt: Instant = 0;
  let count = 0;
  for (; letter === PING; letter = input.next()) {
    pingAt += input.whole() ?? 0;
    pingNumbers[count++] = pingAt;
    pingNumbers[count++] = input.whole() ?? 0;
    pingNumbers[count++] = input.whole() ?? NO_MARK;
  }
  const recentPings = pingNumbers.slice(0, count);
  const endAt = recordAt(letter);
  for (; letter === INCIDENT; letter = input.next()) incidents.push(decodeIncident());
  if (letter !== 0) {
    throw new Error(
      `A record of kind ${JSON.stringify(String.fromCharCode(letter))} in a job's memory cannot be read.`,
    );
  }
  memory.recentRuns = recentRuns;
  memory.recentPings = recentPings;
  return { memory, written: new WrittenMemory(bytes, recentRuns, recentPings, runsAt, pingsAt, endAt) };
}

/** Where the record begins of which the letter was read; past the last record the end. */
function recordAt(letter: number): number {
  return letter === 0 ? input.at : input.at - LETTERS;
}

function decodeFacts(): Memory {
  input.countFrom(0);
  return {
    firstPingAt: input.instant(),
    lastPingAt: input.instant(),
    lastOkAt: input.instant(),
    accountedThrough: input.instant(),
    nextSlotAt: input.instant(),
    pausedAt: input.instant(),
    countsSince: input.instant(),
    badStreak: input.whole() ?? 0,
    okStreak: input.whole() ?? 0,
    lastRunNumber: input.whole() ?? 0,
    lastIncidentNumber: input.whole() ?? 0,
    openRuns: [],
    recentRuns: [],
    recentPings: [],
    incidents: [],
  };
}

function decodeRun(previous: Run | null): Run {
  const number = (previous?.number ?? 0) + (input.whole() ?? 0);
  const kind = input.whole() ?? 0;
  const count = input.whole() ?? 1;
  input.countFrom(previous === null ? 0 : latestOf(previous));
  const settledAt = input.instant();
  const finishedAt = input.instant();
  const startedAt = input.instant();
  const slotAt = input.instant();
  const lastSlotAt = input.instant();
  const runId = input.id();
  const source = input.name(previous?.source);
  const host = input.name(previous?.host);
  const rest = input.isDone ? NO_REST : decodeRest();
  // As `makeRun` has them: objects of one shape are quicker to look at.
  return {
    number,
    outcome: OUTCOMES[kind >> FLAG_BITS] ?? "unknown",
    slotAt,
    lastSlotAt,
    count,
    startedAt,
    finishedAt,
    durationMs: rest.durationMs,
    finishBy: rest.finishBy,
    heartbeatAt: rest.heartbeatAt,
    slowBy: rest.slowBy,
    heldUntil: rest.heldUntil,
    finishedLate: (kind & LATE) !== 0,
    exitCode: rest.exitCode,
    runId,
    host,
    source,
    ambiguous: (kind & AMBIGUOUS) !== 0,
    startSeen: (kind & START_SEEN) !== 0,
    reason: rest.reason,
    settledAt,
    output: rest.output,
  };
}

/** What `isUsual` in `memory.ts` says of it, and what is left to tell. */
function decodeUsualRun(previous: Run): Run {
  const settledAt = latestOf(previous) + (input.whole() ?? 0);
  const runId = input.id();
  input.countFrom(settledAt);
  const slotAt = input.instant();
  const exitCode = input.whole();
  return {
    number: previous.number + 1,
    outcome: "ok",
    slotAt,
    lastSlotAt: slotAt,
    count: 1,
    startedAt: settledAt,
    finishedAt: settledAt,
    durationMs: null,
    finishBy: null,
    heartbeatAt: null,
    slowBy: null,
    heldUntil: null,
    finishedLate: false,
    exitCode,
    runId,
    host: previous.host,
    source: previous.source,
    ambiguous: false,
    startSeen: false,
    reason: null,
    settledAt,
    output: null,
  };
}

type Rest = Pick<
  Run,
  "durationMs" | "exitCode" | "reason" | "output" | "finishBy" | "heartbeatAt" | "slowBy" | "heldUntil"
>;

/** Of most runs: to ask for each of it would take a tenth of the time. */
const NO_REST: Rest = {
  ...{ durationMs: null, exitCode: null, reason: null, output: null },
  ...{ finishBy: null, heartbeatAt: null, slowBy: null, heldUntil: null },
};

function decodeRest(): Rest {
  const durationMs = input.whole();
  const exitCode = input.whole();
  const reason = input.peek() === 0 ? input.skip() : input.word<RunReason>();
  const pingId = input.id();
  const receivedAt = input.instant();
  const output = receivedAt === null ? null : { pingId: pingId ?? "", receivedAt };
  const [finishBy, heartbeatAt, slowBy, heldUntil] = [
    input.instant(),
    input.instant(),
    input.instant(),
    input.instant(),
  ];
  return { durationMs, exitCode, reason, output, finishBy, heartbeatAt, slowBy, heldUntil };
}

function decodeIncident(): OpenIncident {
  const incident: OpenIncident = {
    number: Number(input.text()),
    severity: input.word<Severity>(),
    cause: input.word<Cause>(),
    openedAt: Number(input.text()),
    runNumber: Number(input.text()),
    sequence: Number(input.text()),
    badCount: Number(input.text()),
    missedCount: Number(input.text()),
  };
  const laterCauses: Cause[] = [];
  while (input.peek() !== 0) laterCauses.push(input.word<Cause>());
  return laterCauses.length === 0 ? incident : { ...incident, laterCauses };
}
