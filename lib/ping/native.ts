import type { ParsedUrlQuery } from "node:querystring";
import type { PingAction } from "../domain/ping.ts";
import type { PingProtocol } from "../store/pings.ts";
import { copyOfUuid, isUuid, readTarget, readUrl } from "./address.ts";
import { type CreationRequest, type PingAddress, type PingEvent, PLAIN_CREATION, type Refusal } from "./event.ts";
import {
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

/** Every native address begins with it. */
export const NATIVE_PREFIX = "/ping/";

export const LONGEST_HOST = 200;
export const LONGEST_MESSAGE = 1_000;

/** What a ping says happened. */
export type Verb = { action: PingAction; exitCode: number | null };

/** Addresses that are read like native ones. */
export type Shape = {
  prefix: string;
  protocol: PingProtocol;
  /** Words at the end of an address, besides exit statuses. */
  verbs: ReadonlyMap<string, Verb>;
};

export const SUCCESS: Verb = { action: "success", exitCode: null };
export const START: Verb = { action: "start", exitCode: null };
export const FAIL: Verb = { action: "fail", exitCode: null };

export const NATIVE_VERBS: ReadonlyMap<string, Verb> = new Map([
  ["start", START],
  ["fail", FAIL],
  ["log", { action: "log", exitCode: null }],
  ["skip", { action: "skip", exitCode: null }],
]);

/** What Cronitor's clients say, who append it to any address. */
export const CRONITOR_STATES: ReadonlyMap<string, Verb> = new Map([
  ["run", START],
  ["complete", SUCCESS],
  ["ok", SUCCESS],
  ["tick", SUCCESS],
  ["fail", FAIL],
]);

const NATIVE: Shape = { prefix: NATIVE_PREFIX, protocol: "native", verbs: NATIVE_VERBS };

/**
 * Reads a request of the native protocol: `/ping/<uuid>` or `/ping/<key>/<slug>`, then nothing, `start`, `fail`, `log`,
 * `skip` or an exit status, each with or without a trailing slash. Only what says which job it is and what happened can make
 * it refused; every other parameter that makes no sense is left out.
 * @param url Path and query as they came, the path beginning with `/ping/`.
 */
export function parseNative(url: string): PingEvent | Refusal {
  return readNative(url, NATIVE);
}

/** Reads a request as a native one, at other addresses. */
export function readNative(url: string, { prefix, protocol, verbs }: Shape): PingEvent | Refusal {
  const { parts, query } = readUrl(url, prefix);
  const target = parts === null ? null : readTarget(parts, environmentOf(query));
  if (target === null) return refuse("invalid-url", null);
  const { address, rest } = target;
  const verb = rest.length > 1 ? null : readEnding(rest[0], verbs, query);
  return verb === null ? refuse("invalid-url", address) : pingOf({ protocol, address, verb }, query);
}

/** Which of a project's environments a query names. */
export function environmentOf(query: ParsedUrlQuery): string | null {
  return readEnvironment(last(query.env) ?? last(query.environment));
}

function readEnding(
  ending: string | undefined,
  verbs: ReadonlyMap<string, Verb>,
  { state }: ParsedUrlQuery,
): Verb | null {
  if (ending === undefined) return CRONITOR_STATES.get(last(state) ?? "") ?? SUCCESS;
  const exitCode = readStatus(ending);
  return verbs.get(ending) ?? (exitCode === null ? null : verbOfStatus(exitCode));
}

/** @param exitCode 0–255. */
export function verbOfStatus(exitCode: number): Verb {
  return { action: exitCode === 0 ? "success" : "fail", exitCode };
}

/** The ping that an address and the native parameters beside it make. */
export function pingOf(
  { protocol, address, verb: { action, exitCode } }: { protocol: PingProtocol; address: PingAddress; verb: Verb },
  query: ParsedUrlQuery,
): PingEvent | Refusal {
  const runId = last(query.rid);
  if (runId !== null && !isUuid(runId)) return refuse("invalid-uuid", address);
  return {
    kind: "ping",
    protocol,
    address,
    action,
    exitCode,
    runId: runId === null ? null : copyOfUuid(runId),
    at: readInstant(last(query.at)),
    durationMs: readSeconds(last(query.duration)),
    host: readLine(last(query.host), LONGEST_HOST),
    message: readText(last(query.msg), LONGEST_MESSAGE),
    metrics: readMetrics(query.metric),
    creation: last(query.create) === "1" ? readCreation(query) : null,
  };
}

/** What a client says of its job without asking for one: a person can make it so. Null where it says nothing. */
export function wishOf(url: string): CreationRequest | null {
  const wish = readCreation(readUrl(url, NATIVE_PREFIX).query);
  return Object.values(wish).every((value) => value === null) ? null : wish;
}

function readCreation(query: ParsedUrlQuery): CreationRequest {
  return {
    ...PLAIN_CREATION,
    schedule: last(query.schedule),
    dialect: last(query.dialect),
    timeZone: last(query.tz),
    grace: last(query.grace),
    maxRuntime: last(query.max_runtime),
    jitter: last(query.jitter),
    upstreams: last(query.upstreams),
    tags: last(query.tags),
  };
}
