import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";

/** PostgreSQL's internal `"char"`, which the system catalogues are full of. */
const CHAR = 18;

/** @prisma/adapter-pg with what the schema engine needs of it repaired. */
export function createAdapterFactory(url) {
  const plain = new PrismaPg({ connectionString: url });
  return {
    provider: plain.provider,
    adapterName: plain.adapterName,
    connect: async () => repair(await plain.connect()),
    connectToShadowDb: () => connectToShadow(url),
  };
}

/** One statement on a connection of its own. */
export async function onServer(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The adapter would name another database beside the connection string, which wins: the shadow would be the original. */
async function connectToShadow(url) {
  const name = `prisma_shadow_${randomUUID().replaceAll("-", "")}`;
  await onServer(url, `CREATE DATABASE ${name} TEMPLATE template0`);
  const shadow = new URL(url);
  shadow.pathname = `/${name}`;
  const adapter = repair(await new PrismaPg({ connectionString: shadow.href }).connect());
  const dispose = adapter.dispose.bind(adapter);
  adapter.dispose = async () => {
    await dispose();
    await onServer(url, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return adapter;
}

function repair(adapter) {
  const pool = adapter.underlyingDriver();
  const query = pool.query.bind(pool);
  let characters = [];
  pool.query = async (...args) => {
    const result = await query(...args);
    characters = (result.fields ?? []).map((field) => field.dataTypeID === CHAR);
    for (const field of result.fields ?? []) if (field.dataTypeID === CHAR) field.dataTypeID = pg.types.builtins.TEXT;
    return result;
  };
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (sql) => {
    const result = await queryRaw(sql);
    const columnTypes = result.columnTypes.map((type, index) => (characters[index] ? ColumnTypeEnum.Character : type));
    return { ...result, columnTypes };
  };
  // The adapter splits a script at every semicolon, also inside function bodies.
  adapter.executeScript = async (script) => void (await query(script));
  return adapter;
}
