import { makeProject } from "../support/jobs.ts";
import { type Ground, makeJobs, type Program } from "./ground.ts";
import type { LoadResult } from "./latencies.ts";
import type { LoadRequest } from "./load.ts";
import type { PingServerRequest, Ports } from "./ping-server.ts";
import { measureRound, type Round, type ServerFigures, summariseRounds } from "./rounds.ts";

const JOBS = 1_000;
const CONNECTIONS = 500;
const ROUNDS = 3;
const ROUND_MS = 3_000;
const WARM_UP_MS = 2_000;

export type GrowthCase = {
  maxBatch: number;
  /** Servers on one database; the pings of every job go to all of them in turn. */
  processes: number;
};

export const GROWTH_CASES: readonly GrowthCase[] = [
  ...[1, 10, 50, 200].map((maxBatch) => ({ maxBatch, processes: 1 })),
  { maxBatch: 200, processes: 2 },
];

/** Belfry's pings a second by GET, with batches up to a size, by one or several servers. */
export async function benchGrowth(ground: Ground, { maxBatch, processes }: GrowthCase): Promise<ServerFigures> {
  const project = await makeProject(ground.database);
  const jobIds = await makeJobs(ground.database, project, JOBS);
  const servers: Program[] = [];
  while (servers.length < processes) servers.push(await ground.run("ping-server"));
  const load = await ground.run("load");
  const opening = { do: "open", url: ground.url, maxBatch } satisfies PingServerRequest;
  const opened = await Promise.all(servers.map((server) => server.ask<Ports>(opening)));
  const ports = opened.map(({ belfry }) => belfry);
  const fire = (ms: number) =>
    load.ask<LoadResult>({ ports, ms, jobIds, connections: CONNECTIONS, bodyBytes: 0 } satisfies LoadRequest);
  await fire(WARM_UP_MS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(await measureRound({ servers, postgres: ground.postgres }, () => fire(ROUND_MS)));
  }
  return summariseRounds(rounds);
}
