import type { IncomingHttpHeaders } from "node:http";
import type { ParsedUrlQuery } from "node:querystring";
import { readKey, readTarget, readUrl, slugOfName } from "./address.ts";
import type { Manner } from "./answers.ts";
import type { PingEvent, Refusal } from "./event.ts";
import {
  CRONITOR_STATES,
  environmentOf,
  FAIL,
  LONGEST_MESSAGE,
  NATIVE_VERBS,
  pingOf,
  readNative,
  START,
  SUCCESS,
  type Verb,
  verbOfStatus,
} from "./native.ts";
import { last, readNumber, readStatus, readText } from "./parameters.ts";
import { refuse } from "./refusal.ts";

const PROTOCOL = "other";

const TARGET = /^\/(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|bfp_[^/]+)(?:\/|$)/i;
const VERBS = new Map([...NATIVE_VERBS, ...CRONITOR_STATES]);

/** Whether a path begins with a job's id or a ping key, as no page does. */
export function isBare(path: string): boolean {
  return TARGET.test(path);
}

/**
 * Reads `/<uuid>` and `/<key>/<slug>` with the native endings and parameters, and Cronitor's states: as the hosted
 * Healthchecks, Cronitor and Dead Man's Snitch have it, whose message is `m` and whose exit status is `s`.
 */
export function parseBare(url: string): PingEvent | Refusal {
  const ping = readNative(url, { prefix: "/", protocol: PROTOCOL, verbs: VERBS });
  if (ping.kind === "refusal" || !url.includes("?")) return ping;
  const { query } = readUrl(url, "/");
  const status = ping.action === "success" ? readStatus(last(query.s)) : null;
  const message = ping.message ?? readText(last(query.m), LONGEST_MESSAGE);
  return { ...ping, ...(status === null ? {} : verbOfStatus(status)), message };
}

/** Where Cronhub's clients put what happened; its plain ping is a native address. */
const CRONHUB_PREFIXES: ReadonlyMap<string, Verb> = new Map([
  ["/start/", START],
  ["/finish/", SUCCESS],
  ["/fail/", FAIL],
]);

/** With what of it a path begins. */
export function cronhubPrefix(path: string): string | null {
  return [...CRONHUB_PREFIXES.keys()].find((prefix) => path.startsWith(prefix)) ?? null;
}

/** Reads `/start/<uuid>`, `/finish/<uuid>` and `/fail/<uuid>`, or the same with a key and a slug. */
export function parseCronhub(url: string): PingEvent | Refusal {
  const prefix = cronhubPrefix(url) ?? "/";
  return readWith(url, prefix, () => CRONHUB_PREFIXES.get(prefix) ?? null);
}

export const UPTIME_KUMA_PREFIX = "/api/push/";

/** It answers in JSON, and its clients look for `ok`. */
export const UPTIME_KUMA_MANNER: Manner = {
  type: "application/json",
  ok: { status: 200, body: '{"ok":true}' },
  created: { status: 200, body: '{"ok":true}' },
  refusal: (line) => JSON.stringify({ ok: false, msg: line }),
};

/** Reads a push of Uptime Kuma: `status` is `up` or not, `ping` a figure in milliseconds. */
export function parseUptimeKuma(url: string): PingEvent | Refusal {
  const ping = readWith(url, UPTIME_KUMA_PREFIX, ({ status }) => ((last(status) ?? "up") === "up" ? SUCCESS : FAIL));
  if (ping.kind === "refusal") return ping;
  const figure = readNumber(last(readUrl(url, UPTIME_KUMA_PREFIX).query.ping));
  return figure === null ? ping : { ...ping, metrics: [...(ping.metrics ?? []), ["ping", figure]] };
}

export const BETTER_STACK_PREFIX = "/api/v1/heartbeat/";

/** Reads a heartbeat of Better Stack: nothing, `fail` or an exit status behind the job. */
export function parseBetterStack(url: string): PingEvent | Refusal {
  return readNative(url, { prefix: BETTER_STACK_PREFIX, protocol: PROTOCOL, verbs: NATIVE_VERBS });
}

export const OPSGENIE_PREFIX = "/v2/heartbeats/";

export const OPSGENIE_MANNER: Manner = {
  type: "application/json",
  ok: { status: 202, body: '{"result":"PONG - Heartbeat received","took":0}' },
  created: { status: 202, body: '{"result":"PONG - Heartbeat received","took":0}' },
  refusal: (line) => JSON.stringify({ message: line, took: 0 }),
};

/** Reads a heartbeat of Opsgenie: `/v2/heartbeats/<slug>/ping` with the key in a header or in `apiKey`. */
export function parseOpsgenie(url: string, { authorization }: IncomingHttpHeaders): PingEvent | Refusal {
  const { parts, query } = readUrl(url, OPSGENIE_PREFIX);
  const [name = "", ending, ...more] = parts ?? [];
  const slug = slugOfName(name);
  if (slug === null || ending !== "ping" || more.length > 0) return refuse("invalid-url", null);
  const key = readKey(/^GenieKey\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1] ?? last(query.apiKey));
  if (key === null) return refuse("missing-key", null);
  const address = { kind: "slug" as const, key, slug, environment: environmentOf(query) };
  return pingOf({ protocol: PROTOCOL, address, verb: SUCCESS }, query);
}

/** Reads an address that ends with the job, what happened being said elsewhere. */
function readWith(url: string, prefix: string, readVerb: (query: ParsedUrlQuery) => Verb | null): PingEvent | Refusal {
  const { parts, query } = readUrl(url, prefix);
  const target = parts === null ? null : readTarget(parts, environmentOf(query));
  const verb = readVerb(query);
  if (target === null || verb === null || target.rest.length > 0) return refuse("invalid-url", target?.address ?? null);
  return pingOf({ protocol: PROTOCOL, address: target.address, verb }, query);
}
