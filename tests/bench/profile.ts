import { readdirSync } from "node:fs";
import { join } from "node:path";
import { makeProject } from "../support/jobs.ts";
import { type CpuProfile, readProfile } from "./cpu-profile.ts";
import { type Ground, makeJobs } from "./ground.ts";
import type { LoadResult } from "./latencies.ts";
import type { LoadRequest } from "./load.ts";
import type { PingServerRequest, Ports } from "./ping-server.ts";

const JOBS = 10_000;
const CONNECTIONS = 500;
const WARM_UP_MS = 5_000;
const MEASURE_MS = 10_000;

/** What the front's processor time goes to under GET pings of many jobs. */
export async function benchProfile(ground: Ground): Promise<CpuProfile & { perSecond: number }> {
  const project = await makeProject(ground.database);
  const jobIds = await makeJobs(ground.database, project, JOBS);
  const server = await ground.run("ping-server", ["--cpu-prof", `--cpu-prof-dir=${ground.folder}`]);
  const load = await ground.run("load");
  const { belfry } = await server.ask<Ports>({ do: "open", url: ground.url } satisfies PingServerRequest);
  const request = { targets: [{ port: belfry, jobIds }], connections: CONNECTIONS, bodyBytes: 0 };
  const fire = (ms: number) => load.ask<LoadResult>({ ...request, ms } satisfies LoadRequest);
  await fire(WARM_UP_MS);
  const { answered, seconds } = await fire(MEASURE_MS);
  await server.stop();
  const file = readdirSync(ground.folder).find((name) => name.endsWith(".cpuprofile"));
  if (file === undefined) throw new Error("Node wrote no profile.");
  const map = join(ground.folder, "ping-server.mjs.map");
  const profile = readProfile({ profile: join(ground.folder, file), map, ms: MEASURE_MS });
  return { ...profile, perSecond: answered / seconds };
}
