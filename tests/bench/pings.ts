import { makeProject } from "../support/jobs.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { type Ground, makeJobs, type Program } from "./ground.ts";
import type { LoadRequest, LoadResult } from "./load.ts";
import type { PingServerRequest, Ports, ServerName, Usage } from "./ping-server.ts";

const ROUNDS = 3;
const ROUND_MS = 3_000;
const WARM_UP_MS = 2_000;

export type PingCase = {
  jobs: number;
  connections: number;
  /** Of each POST's body; 0: GET. */
  bodyBytes: number;
};

/** Medians of alternating rounds; latencies in milliseconds, CPU in microseconds a ping. */
export type ServerFigures = {
  perSecond: number;
  p50: number;
  p99: number;
  p999: number;
  frontCpuUs: number;
  postgresCpuUs: number | null;
  batchSize: number;
};

export type PingFigures = Record<ServerName, ServerFigures> & {
  /** Belfry's pings a second ÷ those of the other, median of the rounds. */
  ofPlain: number;
  ofBare: number;
  /** Of all that Belfry keeps of one ping: its row, its run's, its body, with their indexes. */
  bytesOnDisk: number;
};

const SERVERS: readonly ServerName[] = ["plain", "bare", "belfry"];

/** Pings a second after the commit, beside a bare `node:http` and a bare batched insert, in alternating rounds. */
export async function benchPings(ground: Ground, { jobs, connections, bodyBytes }: PingCase): Promise<PingFigures> {
  const project = await makeProject(ground.database);
  const jobIds = await makeJobs(ground.database, project, jobs);
  const server = await ground.run("ping-server");
  const load = await ground.run("load");
  const ports = await server.ask<Ports>({ do: "open", url: ground.url } satisfies PingServerRequest);
  const fire = (name: ServerName, ms: number) =>
    load.ask<LoadResult>({ port: ports[name], ms, jobIds, connections, bodyBytes } satisfies LoadRequest);
  for (const name of SERVERS) await fire(name, WARM_UP_MS);
  const rounds: Record<ServerName, Round[]> = { plain: [], bare: [], belfry: [] };
  const sizes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of SERVERS) {
      const before = await sizeOf(ground);
      const measured = await measure(server, ground.postgres, () => fire(name, ROUND_MS));
      rounds[name].push(measured);
      if (name === "belfry") sizes.push(((await sizeOf(ground)) - before) / measured.answered);
    }
  }
  const ratio = (other: ServerName) =>
    median(rounds.belfry.map((own, index) => own.perSecond / (rounds[other][index]?.perSecond ?? Infinity)));
  return {
    plain: summarise(rounds.plain),
    bare: summarise(rounds.bare),
    belfry: summarise(rounds.belfry),
    ofPlain: ratio("plain"),
    ofBare: ratio("bare"),
    bytesOnDisk: median(sizes),
  };
}

type Round = LoadResult & { perSecond: number; frontCpuUs: number; postgresCpuUs: number | null; batchSize: number };

async function measure(server: Program, postgres: number, fire: () => Promise<LoadResult>): Promise<Round> {
  const before = await server.ask<Usage>({ do: "usage" } satisfies PingServerRequest);
  const postgresBefore = cpuSecondsOf(postgres);
  const result = await fire();
  const after = await server.ask<Usage>({ do: "usage" } satisfies PingServerRequest);
  const postgresAfter = cpuSecondsOf(postgres);
  if (result.others > 0) console.log(`  ${result.others} answers were not 200`);
  return {
    ...result,
    perSecond: result.answered / result.seconds,
    frontCpuUs: (after.cpuUs - before.cpuUs) / result.answered,
    postgresCpuUs:
      postgresBefore === null || postgresAfter === null
        ? null
        : ((postgresAfter - postgresBefore) * 1e6) / result.answered,
    batchSize: (after.stored - before.stored) / Math.max(1, after.batches - before.batches),
  };
}

function summarise(rounds: readonly Round[]): ServerFigures {
  return {
    perSecond: median(rounds.map((round) => round.perSecond)),
    p50: median(rounds.map((round) => round.p50)),
    p99: median(rounds.map((round) => round.p99)),
    p999: median(rounds.map((round) => round.p999)),
    frontCpuUs: median(rounds.map((round) => round.frontCpuUs)),
    postgresCpuUs: rounds.some((round) => round.postgresCpuUs === null)
      ? null
      : median(rounds.map((round) => round.postgresCpuUs ?? 0)),
    batchSize: median(rounds.map((round) => round.batchSize)),
  };
}

/** Bytes of everything that pings leave behind. */
async function sizeOf({ database }: Ground): Promise<number> {
  const { rows } = await database.pool.query<{ bytes: number }>(
    `SELECT sum(pg_total_relation_size(c.oid))::bigint AS bytes FROM pg_class c
     WHERE c.relkind = 'r' AND (c.relname ~ '^(pings|ping_bodies)_' OR c.relname = 'runs')`,
  );
  return rows[0]?.bytes ?? 0;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
