import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { openDatabase } from "../../lib/store/client.ts";
import { startEmbedded } from "../../lib/store/embedded.ts";
import { migrate } from "../../lib/store/migrate.ts";
import { createLog } from "../../lib/log.ts";
import { nameInUrl, TEMPLATE } from "./database-url.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The cluster of this run, at its database `postgres`. */
    clusterUrl: string;
  }
}

/**
 * One PostgreSQL for the whole run, with a migrated template that every test file clones. TEST_DATABASE_URL names a
 * server to use instead, as its superuser: so the suite is run on older versions.
 */
export default async function startCluster(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await findServer();
  const clusterUrl = nameInUrl(url, "postgres");
  await makeTemplate(clusterUrl);
  project.provide("clusterUrl", clusterUrl);
  return stop;
}

async function findServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given !== undefined && given !== "") return { url: given, stop: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), "belfry-test-"));
  const embedded = await startEmbedded({ dataDir, log: createLog("warn") });
  const stop = async (): Promise<void> => {
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: embedded.url, stop };
}

async function makeTemplate(clusterUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: clusterUrl });
  await client.connect();
  // These data die with the run.
  for (const setting of ["fsync", "full_page_writes", "synchronous_commit"]) {
    await client.query(`ALTER SYSTEM SET ${setting} = off`);
  }
  await client.query("SELECT pg_reload_conf()");
  await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  const template = openDatabase({ url: nameInUrl(clusterUrl, TEMPLATE) });
  await migrate(template.pool);
  await template.close();
}
