import { pino } from "pino";
import { type Config, readConfig } from "../../config.ts";
import { createLinkSigner } from "../../delivery/signed-link.ts";
import type { Logger } from "../../log.ts";
import type { Ctx } from "../../services/context.ts";
import { openDatabase } from "../../store/client.ts";
import { openClock, refuseOffsetClock } from "../../store/clock.ts";
import { joinEmbedded, type JoinedPostgres } from "../../store/embedded.ts";
import { migrate } from "../../store/migrate.ts";
import { checkSecretKey, createSecretBox } from "../../store/secrets.ts";
import { installZones } from "../../zones/source.ts";
import { readSecretKey } from "../secret-key.ts";

export type Session = { ctx: Ctx; close(): Promise<void> };

/** `checkKey`: refuse a SECRET_KEY that is not the database's. */
export type OpenSession = (options: { checkKey: boolean }) => Promise<Session>;

const POOL_SIZE = 4;

/**
 * Opens what a command works with, from the server's own environment. Beside a running server it uses that one's
 * database; else it starts the embedded PostgreSQL, and stops it on `close`.
 */
export async function openSession({ checkKey }: { checkKey: boolean }): Promise<Session> {
  const config = readConfig();
  const log = createStderrLog(config.logLevel);
  installZones({ folder: config.zoneFolder, log });
  const joined = await join(config, log);
  const database = openDatabase({ url: joined.url, poolSize: POOL_SIZE, applicationName: "belfry admin" });
  const close = async (): Promise<void> => {
    await database.close();
    await joined.leave();
  };
  try {
    const { applied } = await migrate(database.pool);
    if (applied.length > 0) log.info({ applied }, "the database was brought up to date");
    if (!config.allowOffsetClock) await refuseOffsetClock(database.pool);
    const secretKey = await readSecretKey(config);
    const secrets = createSecretBox(secretKey);
    if (checkKey) await checkSecretKey(database.pool, secrets);
    const clock = await openClock(database.pool);
    const actor = { kind: "system" } as const;
    const links = createLinkSigner(secretKey);
    return { ctx: { database, secrets, links, config: { ...config, secretKey }, clock, log, actor }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Standard output belongs to the one JSON object. */
function createStderrLog(level: string): Logger {
  const destination = pino.destination({ fd: 2, sync: true });
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

async function join(config: Config, log: Logger): Promise<JoinedPostgres> {
  if (config.databaseUrl === null) return joinEmbedded({ dataDir: config.dataDir, log });
  return { url: config.databaseUrl, leave: () => Promise.resolve() };
}
