import type { Instant, Millis } from "./time.ts";

/** `skip`: this time the job did not run, on purpose. */
export type PingAction = "start" | "success" | "fail" | "log" | "skip";

/** What a client said about one job, whatever protocol it spoke. */
export type Ping = {
  /** UUID version 7, made on arrival. */
  id: string;
  action: PingAction;
  /** 0–255 where the client sent one; 1–255 goes with `fail`, 0 with `success`. */
  exitCode: number | null;
  /** The client's run id, a lower-case UUID. */
  runId: string | null;
  /** An end without run id is that of the latest run even where that has one, if none without is open. */
  endsLatest?: boolean;
  /** The database's clock on arrival. */
  receivedAt: Instant;
  /** The client's own time of a ping delivered late; ignored outside [receipt − 7 d, receipt]. */
  at: Instant | null;
  /** The client's own measure of the run. */
  durationMs: Millis | null;
  /** Name of the machine, as the client gave it. */
  host: string | null;
  /** Address the ping came from. */
  source: string | null;
  /** A short digest of the body, empty without one; only compared for equality. */
  bodyDigest: string;
  /** True where a non-empty body was stored with the ping. */
  hasBody: boolean;
};

/** What became of a stored ping. `quarantined`: its evaluation failed and an operator should look. */
export type PingDisposition = "applied" | "duplicate" | "ignored" | "quarantined";
