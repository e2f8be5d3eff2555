import { parse as parseQuery, type ParsedUrlQuery } from "node:querystring";
import { slugFor } from "../domain/slug.ts";
import type { PingAddress } from "./event.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SLUG = /^[a-z0-9_-]{1,128}$/;

/** Of a project; ours have 28 characters. */
const LONGEST_KEY = 200;

const NO_QUERY: ParsedUrlQuery = {};

/** Escapes, and the one name that a plain object does not take. */
const UNUSUAL = /[%+]|__proto__/;

/** Node leaves out what comes after a thousand parameters. */
const LONGEST_PLAIN = 1_000;

/** A request's address: the parts of its path behind a prefix, and its query. Parts are null where they make no sense. */
export type ReadUrl = { parts: string[] | null; query: ParsedUrlQuery };

/** Takes an address apart; its path begins with `prefix`, and one slash at its end does not matter. */
export function readUrl(url: string, prefix: string): ReadUrl {
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  return { parts: splitPath(path, prefix), query: mark === -1 ? NO_QUERY : readQuery(url.slice(mark + 1)) };
}

/** As Node reads it, in a fifth of the time where nothing is escaped: mostly a run id. */
export function readQuery(text: string): ParsedUrlQuery {
  if (text.length > LONGEST_PLAIN || UNUSUAL.test(text)) return parseQuery(text);
  const query: ParsedUrlQuery = {};
  for (let at = 0; at < text.length;) {
    const mark = text.indexOf("&", at);
    const end = mark === -1 ? text.length : mark;
    if (end > at) add(query, text.slice(at, end));
    at = end + 1;
  }
  return query;
}

function add(query: ParsedUrlQuery, pair: string): void {
  const mark = pair.indexOf("=");
  const name = mark === -1 ? pair : pair.slice(0, mark);
  const value = mark === -1 ? "" : pair.slice(mark + 1);
  const before = Object.hasOwn(query, name) ? query[name] : undefined;
  query[name] = before === undefined ? value : [before, value].flat();
}

function splitPath(path: string, prefix: string): string[] | null {
  const end = path.endsWith("/") ? path.length - 1 : path.length;
  const parts = path.slice(prefix.length, end).split("/");
  if (!path.includes("%")) return parts;
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** Which job a path names, and what comes after that. */
export type Target = { address: PingAddress; rest: string[] };

/**
 * Reads `<uuid>` or `<key>/<slug>` at the beginning of a path.
 * @param slugOf What the job's name in the path means: null where it can be none.
 */
export function readTarget(
  parts: readonly string[],
  environment: string | null,
  slugOf: (name: string) => string | null = plainSlug,
): Target | null {
  const [first = "", second] = parts;
  if (isUuid(first)) return { address: { kind: "job", jobId: copyOfUuid(first) }, rest: parts.slice(1) };
  const key = readKey(first);
  const slug = second === undefined || key === null ? null : slugOf(second);
  if (key === null || slug === null) return null;
  return { address: { kind: "slug", key, slug, environment }, rest: parts.slice(2) };
}

/** A text that may be a project's key; null for what never is. */
export function readKey(text: string | null): string | null {
  const isNone = text === null || text === "" || text.length > LONGEST_KEY || text.includes("/");
  return isNone ? null : copyOf(text);
}

/** For what is kept: a piece of an address is slow to compare, and keeps the whole of eight thousand characters in memory. */
export function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

const uuid = Buffer.alloc(36);

/** The same for what `isUuid`, in lower case. */
export function copyOfUuid(text: string): string {
  uuid.write(text, "latin1");
  return uuid.toString("latin1").toLowerCase();
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

function plainSlug(name: string): string | null {
  return SLUG.test(name) ? name : null;
}

/** The slug of a job that a tool calls by any name; always the same for the same name, and null only for none. */
export function slugOfName(name: string): string | null {
  return name.trim() === "" ? null : slugFor(name);
}
