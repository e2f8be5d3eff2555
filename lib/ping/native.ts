import { parse as parseQuery, type ParsedUrlQuery } from "node:querystring";
import type { PingAction } from "../domain/ping.ts";
import type { UnmatchedReason } from "../store/unmatched.ts";
import { type CreationRequest, type PingAddress, type PingEvent, PLAIN_CREATION, type Refusal } from "./event.ts";
import { readInstant, readLine, readSeconds, readText } from "./parameters.ts";

/** Every native address begins with it. */
export const NATIVE_PREFIX = "/ping/";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SLUG = /^[a-z0-9_-]{1,128}$/;
const LONGEST_HOST = 200;
const LONGEST_MESSAGE = 1_000;
const HIGHEST_STATUS = 255;

const NO_QUERY: ParsedUrlQuery = {};

/**
 * Reads a request of the native protocol: `/ping/<uuid>` or `/ping/<key>/<slug>`, then nothing, `start`, `fail`, `log`,
 * `skip` or an exit status, each with or without a trailing slash. Only what says which job it is and what happened can make
 * it refused; every other parameter that makes no sense is left out.
 * @param url Path and query as they came, the path beginning with `/ping/`.
 */
export function parseNative(url: string): PingEvent | Refusal {
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  const parts = splitPath(path);
  if (parts === null) return refuse("invalid-url", null);
  const [first = "", second, third] = parts;
  const byId = UUID.test(first);
  const address = byId ? jobAddress(first) : slugAddress(first, second);
  const ending = byId ? second : third;
  if (address === null) return refuse("invalid-url", null);
  const verb = readEnding(ending);
  if (verb === null || parts.length > (byId ? 2 : 3)) return refuse("invalid-url", address);
  return withQuery(address, verb, mark === -1 ? NO_QUERY : parseQuery(url.slice(mark + 1)));
}

/** The answers to requests that are no pings, in the words that clients know. */
export function refuse(reason: UnmatchedReason, address: PingAddress | null): Refusal {
  switch (reason) {
    case "not-found":
      return { kind: "refusal", status: 404, body: "not found", reason, address };
    case "invalid-uuid":
      return { kind: "refusal", status: 400, body: "invalid uuid format", reason, address };
    case "invalid-url":
      return { kind: "refusal", status: 400, body: "invalid url format", reason, address };
  }
}

function splitPath(path: string): string[] | null {
  const end = path.endsWith("/") ? path.length - 1 : path.length;
  const parts = path.slice(NATIVE_PREFIX.length, end).split("/");
  if (!path.includes("%")) return parts;
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return null;
  }
}

function jobAddress(uuid: string): PingAddress {
  return { kind: "job", jobId: uuid.toLowerCase() };
}

function slugAddress(key: string, slug: string | undefined): PingAddress | null {
  return slug !== undefined && key !== "" && SLUG.test(slug) ? { kind: "slug", key, slug, environment: null } : null;
}

type Verb = { action: PingAction; exitCode: number | null };

const SUCCESS: Verb = { action: "success", exitCode: null };
const VERBS: ReadonlyMap<string, Verb> = new Map([
  ["start", { action: "start", exitCode: null }],
  ["fail", { action: "fail", exitCode: null }],
  ["log", { action: "log", exitCode: null }],
  ["skip", { action: "skip", exitCode: null }],
]);

function readEnding(ending: string | undefined): Verb | null {
  if (ending === undefined) return SUCCESS;
  const verb = VERBS.get(ending);
  if (verb !== undefined) return verb;
  const exitCode = /^\d{1,9}$/.test(ending) ? Number(ending) : Number.NaN;
  if (!(exitCode <= HIGHEST_STATUS)) return null;
  return { action: exitCode === 0 ? "success" : "fail", exitCode };
}

function withQuery(address: PingAddress, { action, exitCode }: Verb, query: ParsedUrlQuery): PingEvent | Refusal {
  const runId = last(query.rid);
  if (runId !== null && !UUID.test(runId)) return refuse("invalid-uuid", address);
  return {
    kind: "ping",
    protocol: "native",
    address,
    action,
    exitCode,
    runId: runId === null ? null : copyOf(runId.toLowerCase()),
    at: readInstant(last(query.at)),
    durationMs: readSeconds(last(query.duration)),
    host: readLine(last(query.host), LONGEST_HOST),
    message: readText(last(query.msg), LONGEST_MESSAGE),
    metrics: null,
    creation: last(query.create) === "1" ? readCreation(query) : null,
  };
}

/** Run ids are kept and compared a lot: a piece of the address is slow to compare, and keeps the whole in memory. */
function copyOf(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
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
  };
}

/** A parameter that is sent twice counts as sent last; an empty one, as from an unset variable, not at all. */
function last(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value.at(-1) : value;
  return text === undefined || text.trim() === "" ? null : text.trim();
}
