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
  /** On one database: `both` servers get pings of all jobs in turn, or `either` those of its own half. */
  servers: "one" | "both" | "either";
};

export const GROWTH_CASES: readonly GrowthCase[] = [
  ...[1, 10, 50, 120, 200].map((maxBatch) => ({ maxBatch, servers: "one" as const })),
  { maxBatch: 120, servers: "both" },
  { maxBatch: 120, servers: "either" },
];

/** Belfry's pings a second by GET, with batches up to a size, by one or several servers. */
export async function benchGrowth(ground: Ground, { maxBatch, servers: use }: GrowthCase): Promise<ServerFigures> {
  const project = await makeProject(ground.database);
  const jobIds = await makeJobs(ground.database, project, JOBS);
  const servers: Program[] = [];
  while (servers.length < (use === "one" ? 1 : 2)) servers.push(await ground.run("ping-server"));
  const load = await ground.run("load");
  const opening = { do: "open", url: ground.url, maxBatch } satisfies PingServerRequest;
  const opened = await Promise.all(servers.map((server) => server.ask<Ports>(opening)));
  const isOwn = (jobIndex: number, server: number) => use !== "either" || jobIndex % servers.length === server;
  const targets = opened.map(({ belfry }, server) => {
    return { port: belfry, jobIds: jobIds.filter((_, index) => isOwn(index, server)) };
  });
  const request = { targets, connections: CONNECTIONS, bodyBytes: 0 };
  const fire = (ms: number) => load.ask<LoadResult>({ ...request, ms } satisfies LoadRequest);
  await fire(WARM_UP_MS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(await measureRound({ servers, postgres: ground.postgres }, () => fire(ROUND_MS)));
  }
  return summariseRounds(rounds);
}
