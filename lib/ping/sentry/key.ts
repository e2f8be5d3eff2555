import type { IncomingHttpHeaders } from "node:http";
import type { ParsedUrlQuery } from "node:querystring";
import { readKey } from "../address.ts";
import { last } from "../parameters.ts";

/**
 * The key of a request in any of the places where clients put it: `X-Sentry-Auth`, `Authorization`, `?sentry_key=`, or the
 * DSN in an envelope's header. Null where there is none.
 */
export function findKey(request: {
  headers: IncomingHttpHeaders;
  query: ParsedUrlQuery;
  dsn: string | null;
}): string | null {
  const { headers, query, dsn } = request;
  return readKey(
    keyIn(headers["x-sentry-auth"]?.toString()) ??
      keyIn(headers.authorization) ??
      last(query.sentry_key) ??
      keyOfDsn(dsn ?? ""),
  );
}

/** `Sentry sentry_version=7, sentry_key=…`, in any order, or `DSN https://…`. */
function keyIn(header: string | undefined): string | null {
  if (header === undefined) return null;
  return /\bsentry_key\s*=\s*"?([^\s,;"&]+)/i.exec(header)?.[1] ?? keyOfDsn(/^\s*DSN\s+(\S+)/i.exec(header)?.[1] ?? "");
}

/** Of old DSNs the public one of two keys. */
function keyOfDsn(dsn: string): string | null {
  return /^\s*[a-z]+:\/\/([^\s:@/?#]+)(?::[^\s@/?#]*)?@/i.exec(dsn)?.[1] ?? null;
}
