import { notWritten } from "./not-written.ts";
import type { Instant } from "../domain/time.ts";
import type { Ctx } from "./context.ts";

export type SystemPage = {
  versions: { belfry: string; node: string; postgres: string; timeZones: string };
  database: "embedded" | "external";
  processes: { processId: string; host: string; pid: number; roles: string[]; startedAt: Instant; beatAt: Instant }[];
  /** The newest 20 stretches in which no process took pings. */
  gaps: { from: Instant; to: Instant }[];
  counts: { projects: number; jobs: number; users: number; pendingDeliveries: number; deadLetters: number };
  /** When the oldest pending delivery was due; null without any. */
  oldestPendingAt: Instant | null;
  /** Jobs whose evaluation threw, at most 100. */
  faulted: { jobId: string; name: string; fault: string; retryAt: Instant | null }[];
  /** The newest 50. */
  unmatched: {
    id: number;
    receivedAt: Instant;
    reason: string;
    method: string;
    path: string;
    source: string | null;
    userAgent: string | null;
  }[];
  mail: { configured: boolean; from: string };
  now: Instant;
};

/** Facts about this installation. @throws AppError `not-found` for everybody but operators. */
export async function systemPage(ctx: Ctx): Promise<SystemPage> {
  return notWritten(ctx);
}
