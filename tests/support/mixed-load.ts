import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/** Where pings go, of whatever protocol; jobs are made by the first ping that names them. */
export type MixedTargets = { url: string; pingKey: string };

/** A request that was answered as stored: the run ids of its pings, the length of their body, and which kind it is of. */
export type Acknowledged = { runIds: string[]; bodySize: number; kind: number };

type Request = Omit<Acknowledged, "kind"> & { path: string; init: RequestInit };

type Maker = (pingKey: string, output: string) => Request;

const MAKERS: readonly Maker[] = [
  (pingKey) => {
    const runId = randomUUID();
    return { path: `/ping/${pingKey}/plain?create=1&rid=${runId}`, init: {}, runIds: [runId], bodySize: 0 };
  },
  (pingKey, output) => {
    const runId = randomUUID();
    const path = `/ping/${pingKey}/with-output/fail?create=1&rid=${runId}`;
    return { path, init: { method: "POST", body: output }, runIds: [runId], bodySize: output.length };
  },
  (pingKey) => {
    const runId = randomUUID();
    return { path: `/p/${pingKey}/telemetry?state=complete&series=${runId}`, init: {}, runIds: [runId], bodySize: 0 };
  },
  (pingKey, output) => {
    const runId = randomUUID();
    const path = `/${pingKey}/bare/7?create=1&rid=${runId}`;
    return { path, init: { method: "POST", body: output }, runIds: [runId], bodySize: output.length };
  },
  (pingKey) => {
    const runIds = [randomUUID(), randomUUID()];
    const items = runIds.map((id, n) =>
      [
        JSON.stringify({ type: "check_in" }),
        JSON.stringify({ check_in_id: id.replaceAll("-", ""), monitor_slug: `sdk-${n}`, status: "ok" }),
      ].join("\n"),
    );
    const body = gzipSync(["{}", ...items].join("\n"));
    const headers = { "Content-Encoding": "gzip" };
    const path = `/api/1/envelope/?sentry_key=${pingKey}`;
    return { path, init: { method: "POST", body, headers }, runIds, bodySize: 0 };
  },
];

/** How many kinds of pings a load sends. */
export const KINDS = MAKERS.length;

/** Clients that ping with every protocol, one after the other, each ping with run ids that are never sent again. */
export class MixedLoad {
  readonly acknowledged: Acknowledged[] = [];
  readonly #stop = new AbortController();
  readonly #clients: Promise<void>[];

  constructor(targets: MixedTargets, count: number) {
    this.#clients = Array.from({ length: count }, (_, n) => this.#keepPinging(targets, n));
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#clients);
  }

  async #keepPinging({ url, pingKey }: MixedTargets, first: number): Promise<void> {
    for (let n = first; !this.#stop.signal.aborted; n += 1) {
      const kind = n % KINDS;
      const made = MAKERS[kind]?.(pingKey, `output ${"x".repeat(n % 2_000)}`);
      if (made === undefined) throw new Error("There are no kinds of pings.");
      const { path, init, runIds, bodySize } = made;
      if (await isTaken(url + path, init)) this.acknowledged.push({ runIds, bodySize, kind });
      else await wait(20);
    }
  }
}

async function isTaken(url: string, init: RequestInit): Promise<boolean> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

export type StoredPing = { run_id: string; body_size: number; kept: boolean };

/** What `findFaults` wants to know of the database. */
export const STORED_PINGS = `SELECT p.run_id, p.body_size, b.ping_id IS NOT NULL AS kept
  FROM all_pings p LEFT JOIN ping_bodies b ON b.ping_id = p.id AND b.received_at = p.received_at
  WHERE p.run_id IS NOT NULL`;

/** What is missing, there twice, or without its body. */
export function findFaults(acknowledged: readonly Acknowledged[], stored: readonly StoredPing[]): string[] {
  const byRunId = new Map<string, StoredPing>();
  const faults: string[] = [];
  for (const ping of stored) {
    if (byRunId.has(ping.run_id)) faults.push(`${ping.run_id} is there twice`);
    byRunId.set(ping.run_id, ping);
  }
  for (const { runIds, bodySize } of acknowledged) {
    for (const runId of runIds) {
      const ping = byRunId.get(runId);
      if (ping === undefined) faults.push(`${runId} is lost`);
      else if (ping.body_size !== bodySize || ping.kept !== bodySize > 0) faults.push(`${runId} lost its body`);
    }
  }
  return faults;
}
