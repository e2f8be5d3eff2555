import { makeProject } from "../support/jobs.ts";
import { type Ground, makeJobs } from "./ground.ts";
import { type LoadResult, median } from "./latencies.ts";
import type { LoadRequest } from "./load.ts";
import type { PingServerRequest, Ports, ServerName } from "./ping-server.ts";
import { measureRound, type Round, type ServerFigures, summariseRounds } from "./rounds.ts";

const ROUNDS = 3;
const ROUND_MS = 3_000;
const WARM_UP_MS = 2_000;

export type PingCase = {
  jobs: number;
  connections: number;
  /** Of each POST's body; 0: GET. */
  bodyBytes: number;
};

export type PingFigures = Record<ServerName, ServerFigures> & {
  /** Belfry's pings a second ÷ those of the other, median of the rounds. */
  ofPlain: number;
  ofBare: number;
  ofRows: number;
  /** Of all that Belfry keeps of one ping: its run's row, its own and its body where it has them, with their indexes. */
  bytesOnDisk: number;
};

const SERVERS: readonly ServerName[] = ["plain", "bare", "rows", "belfry"];

/** Pings a second after the commit, beside a bare `node:http` and bare batched inserts, in alternating rounds. */
export async function benchPings(ground: Ground, { jobs, connections, bodyBytes }: PingCase): Promise<PingFigures> {
  const project = await makeProject(ground.database);
  const jobIds = await makeJobs(ground.database, project, jobs);
  const server = await ground.run("ping-server");
  const load = await ground.run("load");
  const ports = await server.ask<Ports>({ do: "open", url: ground.url } satisfies PingServerRequest);
  const fire = (name: ServerName, ms: number) =>
    load.ask<LoadResult>({
      targets: [{ port: ports[name], jobIds }],
      ...{ ms, connections, bodyBytes },
    } satisfies LoadRequest);
  for (const name of SERVERS) await fire(name, WARM_UP_MS);
  const rounds: Record<ServerName, Round[]> = { plain: [], bare: [], rows: [], belfry: [] };
  const sizes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of SERVERS) {
      const before = await sizeOf(ground);
      const measured = await measureRound({ servers: [server], postgres: ground.postgres }, () => fire(name, ROUND_MS));
      rounds[name].push(measured);
      if (name === "belfry") sizes.push(((await sizeOf(ground)) - before) / measured.answered);
    }
  }
  const ratio = (other: ServerName) =>
    median(rounds.belfry.map((own, index) => own.perSecond / (rounds[other][index]?.perSecond ?? Infinity)));
  return {
    plain: summariseRounds(rounds.plain),
    bare: summariseRounds(rounds.bare),
    rows: summariseRounds(rounds.rows),
    belfry: summariseRounds(rounds.belfry),
    ofPlain: ratio("plain"),
    ofBare: ratio("bare"),
    ofRows: ratio("rows"),
    bytesOnDisk: median(sizes),
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
