import { parse as parseQuery, type ParsedUrlQuery } from "node:querystring";
import { last } from "../parameters.ts";
import { type JsonObject, parseObject } from "./json-values.ts";

/** What the plain address of a monitor says: `/api/<project>/cron/<slug>[/<key>][/]`, path and query as they came. */
export type CronAddress = { slug: string; key: string | null; query: ParsedUrlQuery };

const KEY = /^(?:[0-9a-f]{32}|bfp_[0-9a-z]{24})$/i;

export function readCronAddress(url: string): CronAddress {
  const { path, query } = splitUrl(url);
  const parts = path
    .replace(/^\/api\/\d+\/cron\//, "")
    .replace(/\/$/, "")
    .split("/");
  // A slug may have slashes of its own; a key never has.
  const key = parts.length > 1 && KEY.test(parts.at(-1) ?? "") ? (parts.pop() ?? null) : null;
  return { slug: decode(parts.join("/")), key, query };
}

export function splitUrl(url: string): { path: string; query: ParsedUrlQuery } {
  const mark = url.indexOf("?");
  return mark === -1
    ? { path: url, query: parseQuery("") }
    : { path: url.slice(0, mark), query: parseQuery(url.slice(mark + 1)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The check-in of such a request: the address says which monitor it is, its query counts before the body. */
export function checkInOf({ slug, query }: CronAddress, body: string): JsonObject {
  const given = Object.entries(query).flatMap(([name, value]) => {
    const text = last(value);
    return text === null ? [] : [[name, text] as const];
  });
  return { ...parseObject(body), ...Object.fromEntries(given), monitor_slug: slug };
}
