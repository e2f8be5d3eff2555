import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { flood, type FloodResult } from "../support/flood.ts";
import { residentBytes } from "../support/memory.ts";
import { Program } from "../support/program.ts";
import { LONG } from "../support/size.ts";

const MINUTE = 60_000;
const MEGABYTE = 1_000_000;
const JOBS = 50;

const CAPACITY_MS = LONG ? 5_000 : 500;
const OVERLOAD_MS = LONG ? 60_000 : 2_000;
const UNDER_WAY_MS = 1_000;
const STOPPED_MS = 6_000;
const AFTERWARDS_MS = 5_000;
const TIMES = 10;
/** Pings a second that nobody could take. */
const FAR_TOO_MANY = 200_000;
const RECOVER_WITHIN_MS = 2_000;
/** Together they want more than the buffer holds. Of one connection no more than a hundred are read ahead. */
const CONNECTIONS = 400;
const DEPTH = 90;

type Created = { id: string; pingKey: string };

let program: Program;
let paths: string[];

beforeAll(async () => {
  program = await Program.start({ env: { BELFRY_ROLES: "pings,sweep,deliver", LOG_LEVEL: "error" } });
  await program.admin("create-user", "--email", "owner@example.org", "--password", "correct horse battery");
  const owner = ["--owner", "owner@example.org"];
  const project = await program.admin<Created>("create-project", "--name", "Night shift", ...owner);
  paths = Array.from({ length: JOBS }, (_, n) => `/ping/${project.pingKey}/job-${n}`);
  for (const path of paths) await ping(`${path}?create=1`);
}, 3 * MINUTE);

afterAll(() => program?.stop());

/** Status of one ping over a new connection. */
async function ping(path: string): Promise<number> {
  const answer = await fetch(program.url + path, {
    headers: { Connection: "close" },
    signal: AbortSignal.timeout(20_000),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** So many at once fill the buffer and more. */
const CROWD = { connections: CONNECTIONS, depth: DEPTH };

type Load = { calm: FloodResult; flooded: FloodResult; memory: number[]; recoveredMs: number };

/** As many as it can take for a moment, then ten times that. */
async function overload(): Promise<Load> {
  const port = Number(new URL(program.url).port);
  const calm = await flood({
    port,
    paths,
    connections: 50,
    depth: 4,
    perSecond: 50_000,
    ms: CAPACITY_MS,
    untilRefused: false,
  });
  const perSecond = (TIMES * calm.acknowledged.length * 1_000) / CAPACITY_MS;
  const memory: number[] = [];
  const sampling = setInterval(() => memory.push(residentBytes(program.pid) / MEGABYTE), 100);
  const flooded = await flood({
    port,
    paths,
    ...CROWD,
    perSecond,
    ms: OVERLOAD_MS,
    untilRefused: true,
  });
  clearInterval(sampling);
  const ended = performance.now();
  // Until what waits is stored, newcomers are told to come back.
  await eventually(async () => expect(await ping(`${paths[0]}?rid=${randomUUID()}`)).toBe(200), 5 * RECOVER_WITHIN_MS);
  return { calm, flooded, memory, recoveredMs: performance.now() - ended };
}

it(
  `${TIMES} times what it can take is refused with a time to come back, and what it takes is stored once`,
  { timeout: 10 * MINUTE },
  async () => {
    const { calm, flooded, memory, recoveredMs } = await overload();
    const thirds = [0, 1, 2].map((n) => meanOf(memory.slice((n * memory.length) / 3, ((n + 1) * memory.length) / 3)));
    if (LONG) tell({ calm, flooded, thirds, recoveredMs });

    const refused = [...flooded.refused.keys()];
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer).toMatch(/^503 \d+$/);
    expect(recoveredMs).toBeLessThan(5 * RECOVER_WITHIN_MS);
    const [, middle = 0, last = 0] = thirds;
    if (LONG) expect(last).toBeLessThan(1.25 * middle + 50);
    expect(Math.max(...memory)).toBeLessThan(1_500);

    const acknowledged = [...calm.acknowledged, ...flooded.acknowledged];
    const rows = await program.query<{ run_id: string }>("SELECT run_id FROM all_pings WHERE run_id IS NOT NULL");
    const stored = new Set(rows.map(({ run_id }) => run_id));
    expect(acknowledged.length).toBeGreaterThan(1_000);
    expect(acknowledged.filter((runId) => !stored.has(runId))).toEqual([]);
    expect(rows).toHaveLength(stored.size);
    expect(program.log).not.toMatch(/"level":[56]0/);
  },
);

it("an overload that begins with signs of life long due does not feed itself", { timeout: 10 * MINUTE }, async () => {
  const port = Number(new URL(program.url).port);
  const ms = UNDER_WAY_MS + STOPPED_MS + AFTERWARDS_MS;
  const flooding = flood({ port, paths, ...CROWD, perSecond: FAR_TOO_MANY, ms, untilRefused: false });
  await wait(UNDER_WAY_MS);
  // Whatever is sent meanwhile waits for it, its database's answers as well.
  process.kill(program.pid, "SIGSTOP");
  await wait(STOPPED_MS);
  const [woke] = await program.query<{ at: Date }>("SELECT belfry_now() AS at");
  process.kill(program.pid, "SIGCONT");
  const { acknowledged } = await flooding;
  const sinceThen = "SELECT run_id FROM all_pings WHERE received_at > $1 AND run_id IS NOT NULL";
  const stored = await program.query<{ run_id: string }>(sinceThen, [woke?.at]);
  const heard = new Set(acknowledged);
  // With turns of its event loop as long as what had come, it stored not two thousand in this time.
  expect(stored.filter(({ run_id }) => heard.has(run_id)).length).toBeGreaterThan(8_000);
  expect(program.log).not.toMatch(/"level":[56]0/);
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The figures of a long run, for whoever reads along. */
function tell({ calm, flooded, thirds, recoveredMs }: Omit<Load, "memory"> & { thirds: number[] }): void {
  const { offered, sent, acknowledged, refused, abandoned, latencies } = flooded;
  const at = (share: number) => `${Math.round(latencies[Math.floor(latencies.length * share)] ?? 0)} ms`;
  const lines = [
    `in calm ${Math.round((calm.acknowledged.length * 1_000) / CAPACITY_MS)} pings a second`,
    `in overload ${offered} wanted, ${sent} sent, ${acknowledged.length} stored, ${abandoned} left unanswered at the end`,
    `refused ${[...refused].map(([answer, times]) => `${times} times with ${answer}`).join(", ")}`,
    `stored ones took ${at(0.5)} (p50), ${at(0.99)} (p99), ${at(0.9999)} (p99.99)`,
    `memory ${thirds.map((mean) => `${Math.round(mean)} MB`).join(", ")} by thirds; back after ${Math.round(recoveredMs)} ms`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
