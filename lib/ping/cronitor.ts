import { createHash } from "node:crypto";
import type { ParsedUrlQuery } from "node:querystring";
import { type Instant, MINUTE } from "../domain/time.ts";
import { type Manner, PLAIN_MANNER } from "./answers.ts";
import { isUuid, readTarget, readUrl, slugOfName } from "./address.ts";
import {
  type CreationRequest,
  type Metric,
  type PingAddress,
  type PingEvent,
  PLAIN_CREATION,
  type Refusal,
} from "./event.ts";
import { CRONITOR_STATES, LONGEST_HOST, LONGEST_MESSAGE, SUCCESS, type Verb, verbOfStatus } from "./native.ts";
import {
  type Given,
  last,
  readEnvironment,
  readInstant,
  readLine,
  readMetrics,
  readSeconds,
  readStatus,
  readText,
} from "./parameters.ts";
import { refuse } from "./refusal.ts";

/** Every address of Cronitor's telemetry begins with it. */
export const CRONITOR_PREFIX = "/p/";

/** Its clients know no other success than 200. */
export const CRONITOR_MANNER: Manner = { ...PLAIN_MANNER, created: PLAIN_MANNER.ok };

// Every ping brings the client's time, and clocks of honest machines are seconds apart; what is older waited somewhere.
const SPOOLED_AFTER = MINUTE;

/** Figures that clients send under names of their own. */
const FIGURES = ["count", "error_count"] as const;

const LONGEST_NAME = 128;

/**
 * Reads a request of Cronitor's clients: `/p/<key>/<monitor>`, then nothing or a state; the key is one of the project, the
 * monitor is a job by its slug or by any name, and an unknown one is made. `/p/<uuid>` names a job by its id.
 */
export function parseCronitor(url: string, now: Instant): PingEvent | Refusal {
  const { parts, query } = readUrl(url, CRONITOR_PREFIX);
  const target = parts === null ? null : readTarget(parts, readEnvironment(given(query.env)), slugOfName);
  if (parts === null || target === null || target.rest.length > 1)
    return refuse("invalid-url", target?.address ?? null);
  const { address, rest } = target;
  const verb = readVerb(rest[0] ?? given(query.state), given(query.status_code));
  if (verb === null) return refuse("invalid-status", address);
  const metrics = readMetrics(figuresOf(query));
  return {
    kind: "ping",
    protocol: "cronitor",
    address,
    ...verb,
    runId: runIdOf(given(query.series)),
    at: readStamp(given(query.stamp), now),
    durationMs: readSeconds(given(query.duration) ?? durationIn(metrics)),
    host: readLine(given(query.host), LONGEST_HOST),
    message: readText(given(query.message) ?? given(query.msg), LONGEST_MESSAGE),
    metrics,
    creation: creationOf(address, parts[1]),
  };
}

/** Clients send the word `None` for what is not set. */
function given(value: Given): string | null {
  const text = last(value);
  return text === "None" ? null : text;
}

/** The state says what happened, and where there is none the exit status. Null: a state that nobody knows. */
function readVerb(state: string | null, status: string | null): Verb | null {
  const exitCode = readStatus(status);
  if (state === null) return exitCode === null ? SUCCESS : verbOfStatus(exitCode);
  const verb = CRONITOR_STATES.get(state.toLowerCase());
  if (verb === undefined) return null;
  const fits = exitCode !== null && verbOfStatus(exitCode).action === verb.action;
  return fits ? { ...verb, exitCode } : verb;
}

/** A series is any text, and a run id a UUID: the same text gives the same one. */
function runIdOf(series: string | null): string | null {
  if (series === null || isUuid(series)) return series?.toLowerCase() ?? null;
  const hash = createHash("sha1").update(`cronitor series ${series}`).digest("hex");
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function readStamp(stamp: string | null, now: Instant): Instant | null {
  const at = readInstant(stamp);
  return at !== null && now - at > SPOOLED_AFTER ? at : null;
}

function figuresOf(query: ParsedUrlQuery): string[] {
  const named = FIGURES.flatMap((name) => {
    const value = given(query[name]);
    return value === null ? [] : `${name}:${value}`;
  });
  return [...named, ...[query.metric ?? []].flat()];
}

function durationIn(metrics: readonly Metric[] | null): string | null {
  const duration = metrics?.find(([name]) => name === "duration");
  return duration === undefined ? null : String(duration[1]);
}

/** Its names fit every job, so that it is never refused. */
function creationOf(address: PingAddress, monitor: string | undefined): CreationRequest | null {
  if (address.kind === "job") return null;
  const name = monitor === address.slug ? null : readLine(monitor, LONGEST_NAME);
  return { ...PLAIN_CREATION, name };
}
