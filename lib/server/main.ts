import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { createDispatch } from "../checker/dispatch.ts";
import { createDrills } from "../checker/drills.ts";
import { createPlanner } from "../checker/plan.ts";
import { createPrune } from "../checker/prune.ts";
import { createReports } from "../checker/reports.ts";
import { createSweep } from "../checker/sweep.ts";
import { createUsual } from "../checker/usual.ts";
import { createZoneWatch } from "../checker/zone-watch.ts";
import { isLoopback, readConfig, type Config } from "../config.ts";
import { keepersOf, openChannels } from "../delivery/kinds.ts";
import { MINUTE, SECOND } from "../domain/time.ts";
import { AppError } from "../errors.ts";
import { createLog, type Logger } from "../log.ts";
import { openDatabase } from "../store/client.ts";
import { refuseHeldFolder, startEmbedded } from "../store/embedded.ts";
import { migrationsDirectory } from "../store/migrate.ts";
import { ensureSetupToken } from "../store/setup.ts";
import { refreshZones } from "../zones/source.ts";
import { createClientReader } from "./client-address.ts";
import { whenReachable } from "./database.ts";
import { completeConfig, layFoundation, type Foundation } from "./foundation.ts";
import { createForwarder } from "./forward.ts";
import { openFront, type Route } from "./front.ts";
import { watchHealth, type Health } from "./health.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { pagesProgram } from "./pages-program.ts";
import { startPages, type PagesProgram } from "./pages.ts";
import { DATABASE_AWAY, NO_PAGES } from "./plain-answer.ts";
import { openPings } from "./ping-routes.ts";
import { healthRoute, metricsRoute, pagesRoute, plainRoute } from "./routes.ts";
import { noParts, stopParts, type Parts } from "./shutdown.ts";
import { stopOnBugs, stopOnSignals } from "./signals.ts";
import { loadStaticFiles } from "./static-files.ts";
import { createHotReload } from "./upgrade.ts";
import { openWatchdog } from "./watchdog.ts";

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
 * Starts Belfry: the only place where its parts meet. Resolves as soon as the port is open and an embedded PostgreSQL
 * runs; until the database can be reached, `/healthz`, pings and pages answer 503.
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

/** What a stop leaves to sends that are under way. */
const SENDS_MAY_TAKE_MS = 3 * SECOND;

/** What works without the database: the port, and the words that say what is amiss. */
async function openDoor(parts: Parts, start: { config: Config; log: Logger; development: boolean }): Promise<Door> {
  const { config, log, development } = start;
  const embeds = config.databaseUrl === null;
  const pool = () => parts.database?.pool ?? null;
  const metrics = createMetrics(pool);
  const health = watchHealth(() => ({ pool: pool(), clock: parts.clock, loops: parts.loops, pages: parts.pages }), log);
  parts.health = health;
  // Before anything is made: whoever finds the port taken leaves nothing behind.
  const opened = openFront({
    host: config.host,
    port: config.port,
    log,
    routes: [healthRoute(health), metricsRoute(metrics), ...(embeds ? [] : [plainRoute(() => true, DATABASE_AWAY)])],
    onUpgrade: development ? createHotReload(() => parts.pages) : undefined,
  });
  parts.front = await opened.catch(async (error: unknown) => {
    // Says in better words that a Belfry runs here already.
    if (embeds) await refuseHeldFolder(config.dataDir);
    throw error;
  });
  if (embeds) parts.embedded = await startEmbedded({ dataDir: config.dataDir, log });
  log.info({ host: config.host, port: parts.front.port }, "the port is open");
  return { health, metrics };
}

type Opening = Door & { config: Config; log: Logger; options: ServerOptions; signal: AbortSignal };

/** Everything behind the door, once the database answers. */
async function bringUp(parts: Parts, opening: Opening): Promise<void> {
  const { log, options, signal } = opening;
  const config = await completeConfig(opening.config, parts.embedded);
  const database = openDatabase({ url: config.databaseUrl });
  parts.database = database;
  const root = dirname(dirname(migrationsDirectory()));
  if (config.roles.has("web")) {
    const program = options.pages ?? pagesProgram(root, config, options.development ?? false);
    parts.pages = startPages({ program, log: log.child({ part: "pages" }) });
  }
  const foundation: Foundation = await whenReachable({ pool: database.pool, log, signal }, () =>
    layFoundation(database, config, log),
  );
  Object.assign(parts, foundation);
  await opening.health.lookAtDatabase();
  const files = options.development === true ? null : await loadStaticFiles(join(root, "dist", "static"));
  parts.front?.serve([
    ...(await openPings(parts, foundation, opening.metrics)),
    healthRoute(opening.health),
    metricsRoute(opening.metrics),
    ...(files === null ? [] : [files]),
    openPages(parts, foundation, opening),
  ]);
  await openLoops(parts, foundation, opening);
  await tellAddress(foundation);
}

async function openLoops(parts: Parts, foundation: Foundation, { health, metrics, signal }: Opening): Promise<void> {
  const { config, database, bus, log } = foundation;
  const { pool } = database;
  const zones = createZoneWatch({
    ...foundation,
    pool,
    version: foundation.zones.used.version,
    refresh: () => refreshZones({ log })?.used.version ?? null,
    recounts: config.roles.has("sweep"),
  });
  // Before the sweep judges by deadlines of another release.
  await zones.catchUp(signal);
  parts.loops.push(zones);
  if (config.roles.has("sweep")) {
    parts.loops.push(createSweep({ ...foundation, pool, onLag: metrics.sweepLag }));
    parts.loops.push(createPrune({ ...foundation, pool }));
    parts.loops.push(createUsual({ ...foundation, pool }));
  }
  if (config.roles.has("deliver")) {
    const channels = openChannels(config);
    parts.channels = channels;
    const dispatch = createDispatch({
      ...foundation,
      pool,
      channels,
      baseUrl: config.baseUrl,
      stopGraceMs: SENDS_MAY_TAKE_MS,
      onAttempt: ({ attempt, waitedMs }) => attempt === 1 && waitedMs !== null && metrics.alertLag(waitedMs),
    });
    bus.on("belfry_deliver", () => dispatch.wake());
    const planner = createPlanner({ ...foundation, pool, mailWorks: channels.mailWorks, keepers: keepersOf(channels) });
    bus.on("belfry_plan", () => planner.wake());
    parts.loops.push(planner, dispatch);
    parts.loops.push(createReports({ ...foundation, pool, channels }));
    parts.loops.push(createDrills({ ...foundation, pool, mailWorks: channels.mailWorks }));
  }
  for (const loop of parts.loops) loop.start();
  parts.watchdog = openWatchdog({ ...foundation, health, onCall: metrics.watchdogCalled });
}

function openPages(parts: Parts, { config, log }: Foundation, { health, options }: Opening): Route {
  if (parts.pages === null) return plainRoute(() => true, NO_PAGES);
  const forwarder = createForwarder({
    pages: parts.pages,
    baseUrl: config.baseUrl,
    readClient: createClientReader(config.trustedProxies),
    databaseAway: () => health.lookAtDatabase(),
    log,
    // Next compiles a page when it is first asked for.
    patienceMs: options.development === true ? 5 * MINUTE : undefined,
  });
  parts.forwarder = forwarder;
  return pagesRoute(health, forwarder.handle);
}

/** The one line that a person who starts Belfry looks for. */
async function tellAddress({ config, database, log }: Foundation): Promise<void> {
  const { baseUrl, host } = config;
  const setupToken = isLoopback(host) ? null : await ensureSetupToken(database.pool);
  log.info({ url: baseUrl }, `Belfry listens on ${baseUrl}`);
  if (setupToken !== null) {
    log.warn({ setupToken }, `Nobody has an account yet. The first sign-up asks for the set-up token ${setupToken}`);
  }
  if (process.connected) process.send?.({ url: baseUrl, setupToken });
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
  process.stderr.write(`${error instanceof AppError ? error.message : inspect(error)}\n`);
  process.exit(1);
}

if (isEntry()) await main().catch(giveUp);

function isEntry(): boolean {
  const program = process.argv[1];
  return program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url);
}
