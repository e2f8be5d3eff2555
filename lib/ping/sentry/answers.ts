import type { Answer } from "../answers.ts";

const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "X-Sentry-Error, Retry-After",
};
const PREFLIGHT = {
  "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
  // A star would leave out Authorization.
  "Access-Control-Allow-Headers":
    "X-Sentry-Auth, Authorization, Content-Type, Content-Encoding, Content-Length, X-Requested-With, Accept, Origin, Referer, *",
  "Access-Control-Max-Age": "86400",
};

function answer(status: number, body: string, more: Readonly<Record<string, string>> = {}): Answer {
  const type: Record<string, string> = body === "" ? {} : { "Content-Type": "application/json" };
  const headers = { ...CORS, ...type, "Content-Length": String(Buffer.byteLength(body)), ...more };
  return { status, body, headers: Object.entries(headers).flat() };
}

/** @param detail One line that says what is wrong; plain ASCII goes into a header too, which SDKs show. */
export function refusal(status: number, detail: string, more: Readonly<Record<string, string>> = {}): Answer {
  const shown = detail.replaceAll(/[^ -~]/g, "?");
  return answer(status, JSON.stringify({ detail }), { "X-Sentry-Error": shown, ...more });
}

/** @param id 32 hexadecimal digits. */
export function accepted(id: string): Answer {
  return answer(200, JSON.stringify({ id }));
}

export const CRON_ACCEPTED = answer(202, "");
export const PREFLIGHT_ANSWER: Answer = {
  status: 204,
  body: "",
  headers: Object.entries({ ...CORS, ...PREFLIGHT }).flat(),
};
/** Nothing was promised: the check-ins may or may not have been stored. */
export const UNAVAILABLE = refusal(503, "Belfry cannot store anything just now, try again.", { "Retry-After": "5" });
export const MISSING_KEY = refusal(401, "The request has no key: send sentry_key, as it stands in the DSN.");
export const UNKNOWN_KEY = refusal(403, "No project has this key: copy the DSN from the project's settings.");
export const TOO_LARGE = refusal(413, "The request is larger than 1 MiB.");
export const TOO_MANY = refusal(413, "The envelope has more than 1000 check-ins.");
export const NO_ENVELOPE = refusal(400, "The request is no envelope.");
export const NOT_ALLOWED = refusal(405, "This address takes POST.", { Allow: "POST, OPTIONS" });
export const CRON_NOT_ALLOWED = refusal(405, "This address takes GET and POST.", { Allow: "GET, HEAD, POST, OPTIONS" });
