import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { PingAction } from "../../lib/domain/ping.ts";
import { createLog } from "../../lib/log.ts";
import type { Arrival } from "../../lib/ping/evaluate.ts";
import { Recorder } from "../../lib/ping/record.ts";
import { type DatabaseClock, openClock } from "../../lib/store/clock.ts";
import { uuidv7 } from "../../lib/store/ids.ts";
import { createLiveUpdates } from "../../lib/store/live.ts";
import { openPipeline } from "../../lib/store/pipeline.ts";
import type { TestDatabase } from "./database.ts";

/** A signal that never aborts. */
export const NEVER = new AbortController().signal;

/** What takes pings without the way that they come by. */
export type Recording = {
  clock: DatabaseClock;
  pipeline: Pool;
  /** What one process records with. */
  open(): Recorder;
  /** A success of now with a run id of its own, unless told otherwise. */
  arrival(jobId: string, action?: PingAction, fields?: Partial<Arrival>): Arrival;
  close(): Promise<void>;
};

export async function openRecording({ pool }: TestDatabase): Promise<Recording> {
  const clock = await openClock(pool);
  const live = createLiveUpdates(pool);
  const pipeline = openPipeline(pool, 4);
  const log = createLog("silent");
  return {
    clock,
    pipeline,
    open: () => new Recorder({ pipeline, clock, log, watch: { ensureFresh: async () => {} }, live }),
    arrival: (jobId, action = "success", fields = {}) => arrivalAt(clock.now(), { jobId, action, ...fields }),
    async close() {
      live.close();
      await pipeline.end();
    },
  };
}

function arrivalAt(receivedAt: number, fields: Pick<Arrival, "jobId" | "action"> & Partial<Arrival>): Arrival {
  return {
    id: uuidv7(receivedAt),
    exitCode: null,
    runId: randomUUID(),
    receivedAt,
    at: null,
    durationMs: null,
    host: null,
    source: "192.0.2.1",
    method: "GET",
    userAgent: null,
    message: null,
    protocol: "native",
    metrics: null,
    body: null,
    bodySize: 0,
    bodyDigest: "",
    hasBody: false,
    runNumber: null,
    disposition: "ignored",
    ...fields,
  };
}
