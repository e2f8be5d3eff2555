import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type HttpReply, type HttpSink, startHttpSink, type SunkRequest } from "../support/http-sink.ts";
import { makeJob, makeProject } from "../support/jobs.ts";
import { addChannel } from "../support/outbox.ts";
import { type Pair, pingUntilTaken, startPair } from "../support/pair.ts";
import { LONG } from "../support/size.ts";

// Everything that can go wrong between an alarm and its receiver, at once, and what has to hold all the same.

const MINUTE = 60_000;
const PROJECTS = LONG ? 600 : 60;
const KILLS = LONG ? 16 : 3;
const RESTARTS = LONG ? 2 : 1;
/** Between two faults; Belfry takes a second or two to start. */
const CALM_MS = LONG ? 3_000 : 2_000;
const DRAINED_WITHIN_MS = MINUTE;
/** What had been accepted so shortly before a fault may not have been written down. */
const UNWRITTEN_MS = 3_000;

type Fault = { from: number; to: number };
type Call = SunkRequest & { reply: HttpReply };

let pair: Pair;
let sink: HttpSink;
const calls: Call[] = [];
const faults: Fault[] = [];
const jobIds: string[] = [];

beforeAll(async () => {
  [pair, sink] = await Promise.all([startPair(), startHttpSink()]);
  sink.reply((request, nth) => {
    const reply = faultyReply(nth);
    calls.push({ ...request, reply });
    return reply;
  });
  for (let index = 0; index < PROJECTS; index += 1) {
    const project = await makeProject(pair.database);
    await addChannel(pair.database, project, { url: `${sink.url}/hook/${index}` });
    jobIds.push(await makeJob(pair.database, project));
  }
}, 2 * MINUTE);

afterAll(async () => {
  await pair?.stop();
  await sink?.close();
});

it(
  `${PROJECTS} alarms and their recoveries all arrive, in order, through ${KILLS} kill -9 and ${RESTARTS} crashes of PostgreSQL`,
  { timeout: 15 * MINUTE },
  async () => {
    await Promise.all([pingAll(), breakAll()]);
    sink.reply((request) => {
      calls.push({ ...request, reply: { status: 200 } });
      return { status: 200 };
    });
    const brokenUntil = performance.now();
    await eventually(async () => expect(await countStates()).toEqual({ sent: 2 * PROJECTS }), DRAINED_WITHIN_MS);
    console.info(`drained ${Math.round(performance.now() - brokenUntil)} ms after the last fault`);

    expect(new Set(accepted().map(nameOf)).size).toBe(2 * PROJECTS);
    expect(findDisorder()).toEqual([]);
    expect(findDuplicates()).toEqual([]);
    expect(pair.programs.map(({ log }) => log).join("")).not.toMatch(/"level":60/);
  },
);

/** 10 % of the calls fail, 3 % are never answered, and of 2 % the answer is lost after the call was taken. */
function faultyReply(nth: number): HttpReply {
  if (nth % 10 === 3) return { status: 503, headers: nth % 20 === 3 ? { "Retry-After": "1" } : {} };
  if (nth % 33 === 8) return "silent";
  if (nth % 50 === 11) return "lost";
  return { status: 200, body: "ok" };
}

/** Every job fails once, spread over the first half of the faults, and succeeds once, spread over the other half. */
async function pingAll(): Promise<void> {
  const pauseMs = ((KILLS + RESTARTS) * CALM_MS) / (2 * PROJECTS);
  for (const ending of ["/fail", ""]) {
    for (const id of jobIds) {
      await pingUntilTaken(pair, `/ping/${id}${ending}`);
      await wait(pauseMs);
    }
  }
}

async function breakAll(): Promise<void> {
  for (let fault = 0; fault < KILLS + RESTARTS; fault += 1) {
    await wait(CALM_MS);
    const from = Date.now();
    // Crashes of PostgreSQL stand between the kills.
    if ((fault + 1) % Math.ceil((KILLS + RESTARTS) / (RESTARTS + 1)) === 0 && fault < KILLS + RESTARTS - 1) {
      process.kill(pair.postgres.pid, "SIGKILL");
      await eventually(() => pair.database.pool.query("SELECT 1"), MINUTE);
    } else {
      const program = pair.programs[fault % 2 === 0 ? 0 : 1];
      await program.end("SIGKILL");
      await program.start();
    }
    faults.push({ from, to: Date.now() });
  }
}

async function countStates(): Promise<Record<string, number>> {
  const { rows } = await pair.database.pool.query<{ state: string; count: number }>(
    "SELECT state, count(*) FROM deliveries GROUP BY state",
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

function accepted(): Call[] {
  return calls.filter(({ reply }) => reply === "lost" || (typeof reply === "object" && reply.status === 200));
}

/** Project and event of an alert. */
function nameOf({ path, body }: Call): string {
  return `${path} ${(JSON.parse(body) as { event: string }).event}`;
}

/** Alarms that came after a recovery of their job. */
function findDisorder(): string[] {
  const recovered = new Set<string>();
  return calls
    .filter((call) => {
      const { path } = call;
      if (nameOf(call).endsWith("resolved")) recovered.add(path);
      return nameOf(call).endsWith("opened") && recovered.has(path);
    })
    .map(nameOf);
}

/** Alerts that were taken twice though nothing stood in the way of noting that they were, or under another key. */
function findDuplicates(): string[] {
  const taken = new Map<string, Call[]>();
  for (const call of accepted()) taken.set(nameOf(call), [...(taken.get(nameOf(call)) ?? []), call]);
  return [...taken].flatMap(([name, all]) => {
    const again = all.slice(0, -1).filter((call) => !mayBeUnwritten(call));
    const keys = new Set(all.map(({ headers }) => headers["idempotency-key"]));
    return again.length > 0 || keys.size > 1 ? [name] : [];
  });
}

function mayBeUnwritten({ reply, at }: Call): boolean {
  return reply === "lost" || faults.some(({ from, to }) => at > from - UNWRITTEN_MS && at < to);
}
