import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isLoopback, readConfig, type Config } from "../config.ts";
import { AppError } from "../errors.ts";
import { createLog, type Logger } from "../log.ts";
import { openBus } from "../store/bus.ts";
import { openDatabase, type Database } from "../store/client.ts";
import { openClock, refuseOffsetClock } from "../store/clock.ts";
import { startEmbedded } from "../store/embedded.ts";
import { migrate, migrationsDirectory } from "../store/migrate.ts";
import { checkSecretKey, createSecretBox } from "../store/secrets.ts";
import { ensureSetupToken } from "../store/setup.ts";
import { createClientReader } from "./client-address.ts";
import { whenReachable } from "./database.ts";
import { createForwarder } from "./forward.ts";
import { openFront, type Route } from "./front.ts";
import { watchHealth, type Health } from "./health.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { pagesProgram } from "./pages-program.ts";
import { startPages, type PagesProgram } from "./pages.ts";
import { DATABASE_AWAY, NO_PAGES } from "./plain-answer.ts";
import { healthRoute, metricsRoute, pagesRoute, plainRoute } from "./routes.ts";
import { readSecretKey } from "./secret-key.ts";
import { noParts, stopParts, type Parts } from "./shutdown.ts";
import { stopOnBugs, stopOnSignals } from "./signals.ts";
import { loadStaticFiles } from "./static-files.ts";
import { createHotReload } from "./upgrade.ts";

export type RunningServer = {
  readonly port: number;
  /** Where a person on this machine finds it. */
  readonly url: string;
  /** Resolves when pings and pages are taken; rejects where the database cannot be used for good. */
  readonly ready: Promise<void>;
  /** Stops everything in order; may be called twice. */
  stop(): Promise<void>;
};

export type ServerOptions = {
  /** Next with hot reloading in place of the built pages. */
  development?: boolean;
  /** Another program than the built pages. */
  pages?: PagesProgram;
};

/**
 * Starts Belfry: the only place where its parts meet. Resolves as soon as the port is open; while the database cannot
 * be reached yet, `/healthz`, pings and pages answer 503.
 * @throws AppError `conflict` where the data folder or the port is taken, `invalid` for a setting that cannot be used.
 */
export async function startServer(config: Config, log: Logger, options: ServerOptions = {}): Promise<RunningServer> {
  const parts = noParts();
  const stopping = new AbortController();
  try {
    const { health, metrics } = await openDoor(parts, { config, log, development: options.development ?? false });
    const port = parts.front?.port ?? config.port;
    const own = withPort(config, port);
    const ready = bringUp(parts, { config: own, log, health, metrics, options, signal: stopping.signal });
    // Whoever asks for it hears of a failure; nobody has to ask.
    ready.catch(() => {});
    let stopped: Promise<void> | null = null;
    return {
      port,
      url: own.baseUrl,
      ready,
      stop() {
        stopping.abort();
        stopped ??= ready.catch(() => {}).then(() => stopParts(parts, log));
        return stopped;
      },
    };
  } catch (error) {
    await stopParts(parts, log);
    throw error;
  }
}

type Door = { health: Health; metrics: Metrics };

/** What works without the database: the port, and the words that say what is amiss. */
async function openDoor(parts: Parts, start: { config: Config; log: Logger; development: boolean }): Promise<Door> {
  const { config, log, development } = start;
  // First of all: it says in the best words that a Belfry runs here already.
  parts.embedded = config.databaseUrl === null ? await startEmbedded({ dataDir: config.dataDir, log }) : null;
  const pool = () => parts.database?.pool ?? null;
  const metrics = createMetrics(pool);
  const health = watchHealth(() => ({ pool: pool(), clock: parts.clock, loops: parts.loops, pages: parts.pages }), log);
  parts.health = health;
  parts.front = await openFront({
    host: config.host,
    port: config.port,
    log,
    routes: [
      healthRoute(health),
      metricsRoute(metrics),
      ...(config.databaseUrl === null ? [] : [plainRoute(() => true, DATABASE_AWAY)]),
    ],
    onUpgrade: development ? createHotReload(() => parts.pages) : undefined,
  });
  return { health, metrics };
}

type Opening = Door & { config: Config; log: Logger; options: ServerOptions; signal: AbortSignal };

/** Everything behind the door, once the database answers. */
async function bringUp(parts: Parts, opening: Opening): Promise<void> {
  const { log, options, signal } = opening;
  const config = await complete(opening.config, parts.embedded);
  const database = openDatabase({ url: config.databaseUrl });
  parts.database = database;
  const root = dirname(dirname(migrationsDirectory()));
  if (config.roles.has("web")) {
    const program = options.pages ?? pagesProgram(root, config, options.development ?? false);
    parts.pages = startPages({ program, log: log.child({ part: "pages" }) });
  }
  const foundation = await whenReachable({ pool: database.pool, log, signal }, () =>
    layFoundation(database, config, log),
  );
  Object.assign(parts, foundation);
  await opening.health.lookAtDatabase();
  const files = options.development === true ? null : await loadStaticFiles(join(root, "dist", "static"));
  parts.front?.serve([
    healthRoute(opening.health),
    metricsRoute(opening.metrics),
    ...(files === null ? [] : [files]),
    openPages(parts, config, opening),
  ]);
  await tellAddress(database, config, log);
}

/** What is not known before the database is: its address where it is embedded, and a SECRET_KEY that was made. */
async function complete(config: Config, embedded: Parts["embedded"]): Promise<CompleteConfig> {
  const databaseUrl = embedded?.url ?? config.databaseUrl;
  if (databaseUrl === null) throw new Error("There is neither an embedded database nor a DATABASE_URL.");
  return { ...config, databaseUrl, secretKey: await readSecretKey(config) };
}

type CompleteConfig = Config & { databaseUrl: string; secretKey: string };

/** A database that fits this program, and what every part needs of it. */
async function layFoundation({ pool }: Database, config: CompleteConfig, log: Logger) {
  const { applied } = await migrate(pool);
  if (applied.length > 0) log.info({ applied }, "the database was brought up to this version");
  const secrets = createSecretBox(config.secretKey);
  await checkSecretKey(pool, secrets);
  if (!config.allowOffsetClock) await refuseOffsetClock(pool);
  return { clock: await openClock(pool), bus: await openBus(config.databaseUrl, log) };
}

function openPages(parts: Parts, config: Config, { health, log }: Opening): Route {
  if (parts.pages === null) return plainRoute(() => true, NO_PAGES);
  const forwarder = createForwarder({
    pages: parts.pages,
    baseUrl: config.baseUrl,
    readClient: createClientReader(config.trustedProxies),
    databaseAway: () => health.lookAtDatabase(),
    log,
  });
  parts.forwarder = forwarder;
  return pagesRoute(health, forwarder.handle);
}

/** The one line that a person who starts Belfry looks for. */
async function tellAddress({ pool }: Database, { baseUrl, host }: Config, log: Logger): Promise<void> {
  const setupToken = isLoopback(host) ? null : await ensureSetupToken(pool);
  log.info({ url: baseUrl }, `Belfry listens on ${baseUrl}`);
  if (setupToken !== null) {
    log.warn({ setupToken }, `Nobody has an account yet. The first sign-up asks for the set-up token ${setupToken}`);
  }
  process.send?.({ url: baseUrl, setupToken });
}

/** The address with the port that was found, where 0 asked for any. */
function withPort(config: Config, port: number): Config {
  return { ...config, port, baseUrl: config.baseUrl.replace(/^http:\/\/localhost:0$/, `http://localhost:${port}`) };
}

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const server = await startServer(config, log, { development: process.argv.includes("--development") });
  stopOnSignals(server.stop, log);
  stopOnBugs(server.stop, log);
  await server.ready.catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
}

/** An expected failure is told in its sentence alone; anything else with all that is known. */
function giveUp(error: unknown): never {
  console.error(error instanceof AppError ? error.message : error);
  process.exit(1);
}

if (isEntry()) await main().catch(giveUp);

function isEntry(): boolean {
  const program = process.argv[1];
  return program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url);
}
