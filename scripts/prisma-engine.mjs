#!/usr/bin/env node
// Stands in for Prisma's native schema engine, which its CLI would download: the same engine as WebAssembly, over `pg`.
// PRISMA_SCHEMA_ENGINE_BINARY=scripts/prisma-engine.mjs npx prisma migrate diff …
//
// The CLI starts it with `--datasource {"url": …} --datamodels FILE` and sends JSON-RPC, one request a line; or with
// `cli can-connect-to-database`, `create-database` or `drop-database`, and looks at the exit code.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import { createAdapterFactory, onServer } from "./prisma-engine-adapter.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { datasource: { type: "string" }, datamodels: { type: "string", multiple: true } },
});
const url = JSON.parse(values.datasource ?? "{}").url ?? "postgresql://localhost/postgres";

if (positionals[0] === "cli") {
  await runOnce(positionals[1]).catch(fail);
} else {
  await answerRequests();
}

async function answerRequests() {
  const engine = await loadEngine();
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.method === undefined) continue;
    send({ jsonrpc: "2.0", id: request.id, ...(await answer(engine, request)) });
  }
  process.exit(0);
}

/** The package expects a bundler to load its WebAssembly: this does what one would. */
async function loadEngine() {
  global.PRISMA_WASM_PANIC_REGISTRY = { set_message: log };
  const folder = dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm"));
  const program = readFileSync(join(folder, "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(program, { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  // None at all is undefined: an empty list makes it panic.
  const datamodels = values.datamodels?.map((file) => [file, readFileSync(file, "utf8")]);
  const adapter = bindMigrationAwareSqlAdapterFactory(createAdapterFactory(url));
  return bindings.SchemaEngine.new({ datamodels }, log, adapter);
}

async function answer(engine, { method, params }) {
  if (method === "createDatabase") return { result: { databaseName: await runOnce("create-database") } };
  if (typeof engine[method] !== "function") return { error: { code: -32_601, message: `unknown method ${method}` } };
  try {
    const result = await engine[method](params);
    // The native engine has the CLI print the difference, and leaves it out of the answer.
    if (method === "diff" && result.stdout)
      send({ jsonrpc: "2.0", id: 1, method: "print", params: { content: result.stdout } });
    return { result: result ?? {} };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { error: { code: 4_466, message, data: { is_panic: false, message, error_code: error?.code } } };
  }
}

/** @returns the name of the database. */
async function runOnce(command) {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const quoted = pg.escapeIdentifier(name);
  if (command === "can-connect-to-database") await onServer(url, "SELECT 1");
  if (command === "create-database") await onServer(inPostgres(), `CREATE DATABASE ${quoted}`);
  if (command === "drop-database") await onServer(inPostgres(), `DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
  return name;
}

function inPostgres() {
  const server = new URL(url);
  server.pathname = "/postgres";
  return server.href;
}

function send(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function log(line) {
  process.stderr.write(`${line}\n`);
}

/** P1003 tells the CLI that the database is missing, P1001 that the server is. */
function fail(error) {
  const code = error.code === "3D000" ? "P1003" : "P1001";
  const fields = { message: error.message, error_code: code, is_panic: false };
  // The CLI skips the first line: the native engine's greeting.
  log(JSON.stringify({ level: "INFO", fields: { message: "prisma-engine.mjs" } }));
  log(JSON.stringify({ level: "ERROR", target: "schema_engine::logger", fields }));
  process.exit(1);
}
