import { Pool, type PoolClient, type QueryResult } from "pg";

/** `name` makes it a prepared statement: planned once a connection. */
export type Statement = { name?: string; text: string; values?: unknown[] };

export const BEGIN: Statement = { text: "BEGIN" };
export const COMMIT: Statement = { text: "COMMIT" };

/** Rows are found, and locked, in the order of their ids: in that of a table's pages two processes could wait for each other. */
const BY_INDEX = "SET enable_seqscan = off";

/**
 * A pool of its own for a hot path, on the same database. Its clients send statements without waiting for the answers
 * of earlier ones, and other work can never leave it without connections.
 */
export function openPipeline(pool: Pool, size: number): Pool {
  const pipeline = new Pool({ ...pool.options, max: size, pipeline: true });
  // As for the main pool: a broken connection's query rejects; unheard events would end the process.
  pipeline.on("error", ignore);
  pipeline.on("connect", (client) => {
    client.on("error", ignore);
    client.query(BY_INDEX).catch(ignore);
  });
  return pipeline;
}

/** Runs statements in order inside one transaction, in one round trip where the client may; the first failure is thrown. */
export async function runAll(client: PoolClient, statements: readonly Statement[]): Promise<QueryResult[]> {
  if (client.pipeline) return Promise.all(statements.map((statement) => client.query(statement)));
  const results: QueryResult[] = [];
  for (const statement of statements) results.push(await client.query(statement));
  return results;
}

/** Ends a transaction after these statements and gives their answers. @throws also where PostgreSQL answered COMMIT by rolling back. */
export async function commit(client: PoolClient, statements: readonly Statement[]): Promise<QueryResult[]> {
  const results = await runAll(client, [...statements, COMMIT]);
  if (results.at(-1)?.command !== "COMMIT") throw new Error("The transaction was rolled back instead of committed.");
  return results;
}

/**
 * Lends a client to `work`, which begins and commits a transaction itself; whatever it throws rolls back. An abort cuts
 * the connection, so that a database that hangs cannot hold us: whether it had committed by then is unknown.
 */
export async function withClient<T>(
  pool: Pool,
  signal: AbortSignal,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const cut = (): void => void client.connection.stream.destroy();
  signal.addEventListener("abort", cut);
  if (signal.aborted) cut();
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (error) {
    broken = await client.query("ROLLBACK").then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    signal.removeEventListener("abort", cut);
    client.release(broken);
  }
}

function ignore(): void {}
