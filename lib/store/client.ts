import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "./generated/client.ts";

/** One pool, for SQL of ours on hot paths and for Prisma everywhere else. */
export type Database = {
  pool: pg.Pool;
  prisma: PrismaClient;
  /** Waits for running queries, then closes every connection. May be called twice. */
  close(): Promise<void>;
};

export type DatabaseOptions = {
  url: string;
  /** Most connections at once; 10 where unset. */
  poolSize?: number;
  /** What `pg_stat_activity` shows. */
  applicationName?: string;
};

const CONNECT_TIMEOUT_MS = 5_000;
const INT8 = 20;
const INT8_ARRAY = 1016;

/** Opens nothing yet: connections are made when they are needed. `int8` arrives as a number, `timestamptz` as a Date. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 10,
    application_name: options.applicationName ?? "belfry",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser: typeParserOf },
    onConnect: setSession,
  });
  // A broken connection leaves the pool by itself and its query rejects; unheard events would end the process.
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  let closing: Promise<void> | null = null;
  return { pool, prisma, close: () => (closing ??= closeAll(pool, prisma)) };
}

/**
 * Runs `work` between BEGIN and COMMIT; whatever it throws rolls back and is thrown again. Resolves after the commit.
 * @throws Error where a statement's failure was swallowed by `work`: PostgreSQL then rolls back at COMMIT without an error.
 */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    const { command } = await client.query("COMMIT");
    if (command !== "COMMIT") throw new Error("The transaction was rolled back: one of its statements had failed.");
    return result;
  } catch (error) {
    broken = await client.query("ROLLBACK").then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Settings of a transaction that is busiest in a storm: the figures that the planner has are of quiet times then, and what
 * belongs to a few rows would be looked for in whole tables.
 */
export const THROUGH_INDEXES = `SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off`;

/** Numbers here are counts, ids of rows and milliseconds: all below 2^53. */
const typeParserOf: pg.CustomTypesConfig["getTypeParser"] = (oid: number, format?: "text" | "binary") => {
  if (format !== "binary" && oid === INT8) return Number;
  if (format !== "binary" && oid === INT8_ARRAY) return parseNumbers;
  return pg.types.getTypeParser(oid, format);
};

/** `{1,2,NULL}`; one dimension. */
function parseNumbers(text: string): (number | null)[] {
  if (text === "{}") return [];
  return text
    .slice(1, -1)
    .split(",")
    .map((item) => (item === "NULL" ? null : Number(item)));
}

// Prisma's adapter drops the offset of what PostgreSQL prints, so the session has to speak UTC. Compiling a query takes
// seconds where ours run for milliseconds. Not start-up options: poolers such as PgBouncer refuse those.
async function setSession(client: pg.ClientBase): Promise<void> {
  await client.query("SELECT set_config('TimeZone', 'UTC', false), set_config('jit', 'off', false)");
}

function ignore(): void {}

async function closeAll(pool: pg.Pool, prisma: PrismaClient): Promise<void> {
  await prisma.$disconnect();
  await pool.end();
}
