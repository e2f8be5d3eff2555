import { randomUUID } from "node:crypto";
import { openWatch, type Watch } from "../checker/watch.ts";
import type { Config } from "../config.ts";
import { createLinkSigner, type LinkSigner } from "../delivery/signed-link.ts";
import type { Logger } from "../log.ts";
import { openBus, type Bus } from "../store/bus.ts";
import type { Database } from "../store/client.ts";
import { openClock, refuseOffsetClock, type DatabaseClock } from "../store/clock.ts";
import { insertGapNotice } from "../store/gaps.ts";
import { migrate } from "../store/migrate.ts";
import { checkSecretKey, createSecretBox, type SecretBox } from "../store/secrets.ts";
import { installZones, type ZoneDataReport } from "../zones/source.ts";
import { readSecretKey } from "./secret-key.ts";

/** With what is not known before the database is. */
export type CompleteConfig = Config & { databaseUrl: string; secretKey: string };

/** What every part of the server stands on. */
export type Foundation = {
  config: CompleteConfig;
  log: Logger;
  database: Database;
  secrets: SecretBox;
  links: LinkSigner;
  clock: DatabaseClock;
  bus: Bus;
  watch: Watch;
  zones: ZoneDataReport;
};

/** What is not known before the database is: its address where it is embedded, and a SECRET_KEY that was made. */
export async function completeConfig(config: Config, embedded: { url: string } | null): Promise<CompleteConfig> {
  const databaseUrl = embedded?.url ?? config.databaseUrl;
  if (databaseUrl === null) throw new Error("There is neither an embedded database nor a DATABASE_URL.");
  return { ...config, databaseUrl, secretKey: await readSecretKey(config) };
}

/** A database that fits this program, and what every part needs of it. */
export async function layFoundation(database: Database, config: CompleteConfig, log: Logger): Promise<Foundation> {
  const { pool } = database;
  const { applied } = await migrate(pool);
  if (applied.length > 0) log.info({ applied }, "the database was brought up to this version");
  const zones = installZones({ folder: config.zoneFolder, log });
  log.info({ tzdata: zones }, `time zones are those of tzdata ${zones.used.version} (${zones.used.source})`);
  const secrets = createSecretBox(config.secretKey);
  await checkSecretKey(pool, secrets);
  if (!config.allowOffsetClock) await refuseOffsetClock(pool);
  const clock = await openClock(pool);
  const bus = await openBus(config.databaseUrl, log);
  const watch = openWatch({
    pool,
    clock,
    log,
    processId: randomUUID(),
    roles: config.roles,
    onGap: (client, gap) => insertGapNotice(client, gap, { mail: config.smtpUrl !== null }),
  });
  const links = createLinkSigner(config.secretKey);
  return { config, log, database, secrets, links, clock, bus, watch, zones };
}
