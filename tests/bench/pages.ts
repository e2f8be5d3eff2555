import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createAuth } from "../../lib/auth/server.ts";
import { readConfig } from "../../lib/config.ts";
import { createLog } from "../../lib/log.ts";
import { browserMissing, openBrowser } from "../support/browser.ts";
import { Program } from "../support/program.ts";
import { type Ground, makeJobs, NODE_OPTIONS } from "./ground.ts";
import { type LoadResult, median } from "./latencies.ts";
import type { SteadyLoadRequest } from "./steady-load.ts";

const JOBS = 10_000;
const CONNECTIONS = 50;
const PER_SECOND = 1_000;
const WARM_UP_MS = 10_000;
const MEASURE_MS = 20_000;

export type ReaderName = "nobody" | "fetch" | "Chromium";
/** Page loads in milliseconds. */
export type PagesFigures = Record<ReaderName, (LoadResult & { loads: number; medianLoad: number }) | null>;

/** Pings at a steady rate to the whole program, while somebody reads its list of jobs again and again. */
export async function benchPages(ground: Ground): Promise<PagesFigures> {
  execFileSync(process.execPath, [join("scripts", "build.mjs")], { stdio: "inherit" });
  const secretKey = "k".repeat(40);
  const env = { DATABASE_URL: ground.url, SECRET_KEY: secretKey, LOG_LEVEL: "warn" };
  const program = await Program.start({ env, nodeOptions: NODE_OPTIONS });
  try {
    const jobIds = await fill(ground, program);
    const cookie = await signIn(ground, { baseUrl: program.url, secretKey });
    const load = await ground.run("steady-load");
    const request = {
      port: Number(new URL(program.url).port),
      connections: CONNECTIONS,
      perSecond: PER_SECOND,
      jobIds,
    };
    const fire = (ms: number) => load.ask<LoadResult>({ ...request, ms } satisfies SteadyLoadRequest);
    const page = { url: `${program.url}/jobs`, cookie };
    await fire(WARM_UP_MS);
    return {
      nobody: { ...(await fire(MEASURE_MS)), loads: 0, medianLoad: 0 },
      fetch: await measure(await openFetcher(page), () => fire(MEASURE_MS)),
      Chromium: browserMissing() === null ? await measure(await openTab(page), () => fire(MEASURE_MS)) : null,
    };
  } finally {
    await program.stop();
  }
}

const OWNER = { email: "owner@example.org", password: "correct horse battery" };

async function fill({ database }: Ground, program: Program): Promise<string[]> {
  await program.admin("create-user", "--email", OWNER.email, "--password", OWNER.password);
  const project = await program.admin<{ id: string; pingKey: string }>(
    ...["create-project", "--name", "Night shift", "--owner", OWNER.email],
  );
  return makeJobs(database, project, JOBS);
}

/** @returns the session's cookie, as name=value. */
async function signIn({ database }: Ground, server: { baseUrl: string; secretKey: string }): Promise<string> {
  const config = { ...readConfig({}), ...server };
  const from = new Headers({ "x-forwarded-for": "127.0.0.1" });
  const result = await createAuth({ database, config, log: createLog("warn") }).signIn(OWNER, from);
  if (!result.ok) throw new Error(result.error);
  const [cookie = ""] = result.cookies;
  return cookie.split(";")[0] ?? "";
}

type Reader = { read(): Promise<void>; close(): Promise<void> };
type ListPage = { url: string; cookie: string };

async function openFetcher({ url, cookie }: ListPage): Promise<Reader> {
  return {
    async read() {
      const answer = await fetch(url, { headers: { cookie }, redirect: "manual" });
      const text = await answer.text();
      if (!answer.ok || !text.includes(`aria-rowcount="${JOBS + 1}"`)) throw new Error(`${url} is not the list.`);
    },
    close: async () => {},
  };
}

async function openTab({ url, cookie }: ListPage): Promise<Reader> {
  const browser = await openBrowser();
  const tab = await browser.open();
  const [name = "", value = ""] = cookie.split(/=(.*)/);
  await tab.context().addCookies([{ name, value, url }]);
  return {
    async read() {
      await tab.goto(url);
      await tab.locator(`[aria-rowcount="${JOBS + 1}"] [aria-rowindex="2"]`).waitFor();
    },
    close: () => browser.close(),
  };
}

async function measure(reader: Reader, fire: () => Promise<LoadResult>): Promise<PagesFigures["fetch"]> {
  await reader.read();
  const loads: number[] = [];
  const stopping = new AbortController();
  const reading = readOn(reader, { loads, signal: stopping.signal });
  const result = await fire();
  stopping.abort();
  await reading;
  await reader.close();
  return { ...result, loads: loads.length, medianLoad: median(loads) };
}

async function readOn(reader: Reader, { loads, signal }: { loads: number[]; signal: AbortSignal }): Promise<void> {
  while (!signal.aborted) {
    const begun = performance.now();
    await reader.read();
    if (!signal.aborted) loads.push(performance.now() - begun);
  }
}
