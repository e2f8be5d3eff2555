import { cpuSecondsOf } from "./cpu.ts";
import { makeProject } from "../support/jobs.ts";
import { type Ground, makeJobs, type Program } from "./ground.ts";
import type { LoadRequest, LoadResult } from "./load.ts";
import type { PingServerRequest, Ports, Usage } from "./ping-server.ts";

const ROUNDS = 5;
const ROUND_MS = 3_000;
const WARM_UP_MS = 3_000;

export type PingFigures = {
  plainPerSecond: number;
  belfryPerSecond: number;
  /** Pings answered after the commit ÷ plain answers, medians of alternating rounds. */
  ratio: number;
  p50: number;
  p99: number;
  /** Microseconds of the front's and PostgreSQL's processors that one ping takes. */
  frontCpuUs: number;
  postgresCpuUs: number | null;
  plainCpuUs: number;
  batchSize: number;
};

/** Pings a second after the commit, beside a bare `node:http`, in alternating rounds. */
export async function benchPings(ground: Ground, options: { jobs: number; connections: number }): Promise<PingFigures> {
  const project = await makeProject(ground.database);
  const jobIds = await makeJobs(ground.database, project, options.jobs);
  const server = await ground.run("ping-server");
  const load = await ground.run("load");
  const ports = await server.ask<Ports>({ do: "open", url: ground.url } satisfies PingServerRequest);
  const fire = (port: number, ms: number) =>
    load.ask<LoadResult>({ port, ms, jobIds, connections: options.connections } satisfies LoadRequest);
  await fire(ports.plain, WARM_UP_MS / 3);
  await fire(ports.belfry, WARM_UP_MS);
  const plain: Round[] = [];
  const belfry: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(await measure(server, ground.postgres, () => fire(ports.plain, ROUND_MS)));
    belfry.push(await measure(server, ground.postgres, () => fire(ports.belfry, ROUND_MS)));
  }
  return summarise(plain, belfry);
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

function summarise(plain: Round[], belfry: Round[]): PingFigures {
  const plainPerSecond = median(plain.map((round) => round.perSecond));
  const belfryPerSecond = median(belfry.map((round) => round.perSecond));
  return {
    plainPerSecond,
    belfryPerSecond,
    ratio: median(belfry.map((round, index) => round.perSecond / (plain[index]?.perSecond ?? Infinity))),
    p50: median(belfry.map((round) => round.p50)),
    p99: median(belfry.map((round) => round.p99)),
    frontCpuUs: median(belfry.map((round) => round.frontCpuUs)),
    postgresCpuUs: median(belfry.map((round) => round.postgresCpuUs ?? 0)),
    plainCpuUs: median(plain.map((round) => round.frontCpuUs)),
    batchSize: median(belfry.map((round) => round.batchSize)),
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
