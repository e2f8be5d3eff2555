import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLog } from "../../lib/log.ts";
import { type EmbeddedPostgres, startEmbedded } from "../../lib/store/embedded.ts";
import { type Balancer, startBalancer } from "../support/balancer.ts";
import { eventually } from "../support/eventually.ts";
import { findFaults, KINDS, MixedLoad, STORED_PINGS, type StoredPing } from "../support/mixed-load.ts";
import { Program } from "../support/program.ts";
import { LONG } from "../support/size.ts";

// Two of the real program behind a load balancer, on one PostgreSQL that is not theirs.

const MINUTE = 60_000;
const ROUNDS = LONG ? 15 : 2;
const CLIENTS = 30;

type Created = { id: string; pingKey: string };

let folder: string;
let postgres: EmbeddedPostgres;
let programs: Program[] = [];
let balancer: Balancer;
let project: Created;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "belfry-fronts-"));
  postgres = await startEmbedded({ dataDir: join(folder, "data"), log: createLog("silent") });
  const env = {
    DATABASE_URL: postgres.url,
    SECRET_KEY: "k".repeat(40),
    BELFRY_ROLES: "pings,sweep,deliver",
    LOG_LEVEL: "error",
  };
  programs = await Promise.all([Program.start({ env }), Program.start({ env })]);
  balancer = await startBalancer(programs.map(({ url }) => Number(new URL(url).port)));
  const [first] = programs;
  if (first === undefined) throw new Error("There is no program.");
  await first.admin("create-user", "--email", "owner@example.org", "--password", "correct horse battery");
  const owner = ["--owner", "owner@example.org"];
  project = await first.admin<Created>("create-project", "--name", "Night shift", ...owner);
}, 3 * MINUTE);

afterAll(async () => {
  await balancer?.close();
  await Promise.all(programs.map((program) => program.stop()));
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it(
  "kill -9 of either, in turn and under load, loses no answered ping and stores none twice",
  { timeout: 5 * MINUTE },
  async () => {
    const load = new MixedLoad({ url: balancer.url, pingKey: project.pingKey }, CLIENTS);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const program of programs) {
        await wait(700);
        const before = load.acknowledged.length;
        await program.end("SIGKILL");
        // The other one takes them meanwhile.
        await eventually(() => expect(load.acknowledged.length).toBeGreaterThan(before + CLIENTS), MINUTE);
        await program.start();
      }
    }
    await load.end();

    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query<StoredPing>(STORED_PINGS);
    await client.end();
    expect(new Set(load.acknowledged.map(({ kind }) => kind)).size).toBe(KINDS);
    expect(findFaults(load.acknowledged, rows)).toEqual([]);
    expect(programs.map(({ log }) => log).join("")).not.toMatch(/"level":60/);
  },
);
