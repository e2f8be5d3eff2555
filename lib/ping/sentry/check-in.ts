import { createHash } from "node:crypto";
import type { PingAction } from "../../domain/ping.ts";
import { slugFor } from "../../domain/slug.ts";
import type { UnmatchedReason } from "../../domain/unmatched.ts";
import type { PingAddress, PingEvent } from "../event.ts";
import { readEnvironment, readLine, readSeconds } from "../parameters.ts";
import { type JsonObject, numberOf, textOf } from "./json-values.ts";
import { readMonitorConfig } from "./monitor-config.ts";

/** A check-in that cannot be booked, with one line that says why. */
export type CheckInFault = { kind: "fault"; reason: UnmatchedReason; detail: string; address: PingAddress | null };

const DEFAULT_ENVIRONMENT = "production";
const LONGEST_READ = 1_000;
const LONGEST_NAME = 128;

const ACTIONS: ReadonlyMap<string, PingAction> = new Map([
  ["in_progress", "start"],
  ["ok", "success"],
  ["error", "fail"],
]);

/** Reads a check-in. Only what says which job it is and what happened can make it a fault. */
export function readCheckIn(checkIn: JsonObject, key: string): PingEvent | CheckInFault {
  const whole = readLine(textOf(checkIn.monitor_slug), LONGEST_READ);
  const name = readLine(whole, LONGEST_NAME);
  if (whole === null || name === null) return fault("invalid-body", "The check-in has no monitor_slug.", null);
  const environment = readEnvironment(textOf(checkIn.environment)) ?? DEFAULT_ENVIRONMENT;
  const address: PingAddress = { kind: "slug", key, slug: slugFor(whole), environment };
  const status = textOf(checkIn.status);
  const action = ACTIONS.get(status?.toLowerCase() ?? "");
  if (action === undefined) return fault("invalid-status", statusFault(status), address);
  const duration = numberOf(checkIn.duration);
  return {
    kind: "ping",
    protocol: "sentry",
    address,
    action,
    exitCode: null,
    runId: readRunId(textOf(checkIn.check_in_id)),
    at: null,
    durationMs: duration === null ? null : readSeconds(String(duration)),
    host: null,
    message: null,
    metrics: null,
    creation: { ...readMonitorConfig(checkIn.monitor_config), name: name === address.slug ? null : name },
  };
}

function fault(reason: UnmatchedReason, detail: string, address: PingAddress | null): CheckInFault {
  return { kind: "fault", reason, detail, address };
}

function statusFault(status: string | null): string {
  if (status === null) return "The check-in has no status; send in_progress, ok or error.";
  return `"${readLine(status, 40) ?? ""}" is no status of a check-in; send in_progress, ok or error.`;
}

/** Of any id a UUID: the same for its two spellings. Null for none, and for zero, which means the latest run. */
function readRunId(text: string | null): string | null {
  if (text === null) return null;
  const plain = text.toLowerCase().replaceAll("-", "");
  if (/^0*$/.test(plain)) return null;
  const digits = /^[0-9a-f]{32}$/.test(plain) ? plain : createHash("sha256").update(text).digest("hex");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
