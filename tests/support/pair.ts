import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../lib/store/client.ts";
import { type EmbeddedPostgres, startEmbedded } from "../../lib/store/embedded.ts";
import { TEST_SECRET_KEY } from "./outbox.ts";
import { Program } from "./program.ts";

/** Two processes of the real program on one PostgreSQL that is not theirs, with receivers on loopback allowed. */
export type Pair = {
  programs: readonly [Program, Program];
  postgres: EmbeddedPostgres;
  /** The test's own way to it; its channels can be opened by the programs. */
  database: Database;
  stop(): Promise<void>;
};

export async function startPair(): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), "belfry-pair-"));
  const postgres = await startEmbedded({ dataDir: join(folder, "data"), log: createLog("silent") });
  const env = {
    DATABASE_URL: postgres.url,
    SECRET_KEY: TEST_SECRET_KEY,
    BELFRY_ROLES: "pings,sweep,deliver",
    ALLOW_PRIVATE_TARGETS: "127.0.0.0/8",
    LOG_LEVEL: "error",
  };
  const programs = await Promise.all([Program.start({ env }), Program.start({ env })]);
  const database = openDatabase({ url: postgres.url });
  return {
    programs,
    postgres,
    database,
    async stop() {
      await database.close();
      await Promise.all(programs.map((program) => program.stop()));
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Pings whichever of the two takes it, as clients do: again until it is answered. */
export async function pingUntilTaken({ programs }: Pair, path: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const { url } = programs[attempt % 2 === 0 ? 0 : 1];
    const answer = await fetch(url + path, { method: "POST", signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await answer?.arrayBuffer().catch(() => null);
    if (answer?.status === 200 || answer?.status === 201) return;
    if (attempt > 200) throw new Error(`${path} was never taken; the last answer was ${answer?.status ?? "none"}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
