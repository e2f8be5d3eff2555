import type { ParsedUrlQuery } from "node:querystring";
import type { WindowScope } from "../../domain/alerting/window.ts";
import { parseDuration } from "../../domain/duration.ts";
import { DAY, type Millis, SECOND } from "../../domain/time.ts";
import { isUuid, readKey, readTarget, readUrl } from "../address.ts";
import type { PingAddress, Refusal } from "../event.ts";
import { environmentOf, NATIVE_PREFIX } from "../native.ts";
import { type Given, last, readLine } from "../parameters.ts";

/** A request that asks for hush, or for its end. */
export type SnoozeRequest = {
  kind: "snooze";
  /** Which job it is about, or which project: then the slug means nothing. */
  address: PingAddress;
  /** Null: the job. */
  scope: Omit<WindowScope, "jobIds"> | null;
  /** Null: it ends. */
  forMs: Millis | null;
  /** Null: it says nothing about why. */
  name: string | null;
};

/** One line that says what would be right. */
export type SnoozeMistake = { kind: "mistake"; line: string };

const ENDING = /\/(un)?snooze\/?$/;
const SHORTEST: Millis = SECOND;
const LONGEST: Millis = 7 * DAY;
const MOST_WORDS = 20;
const LONGEST_WORD = 200;
const LONGEST_NAME = 100;

/** Whether a path may be such a request; cheap, as every ping is asked. */
export function mayBeSnooze(path: string): boolean {
  return path.startsWith(NATIVE_PREFIX) && ENDING.test(path);
}

/**
 * Reads `/ping/<uuid>/snooze?for=20m`, `/ping/<key>/<slug>/snooze?for=20m`, `/ping/<key>/snooze?for=20m` with `tag`, `host`
 * or `all=1`, and the same with `unsnooze`. Null where it is the ping of a job with such a slug, or of no job at all.
 */
export function readSnooze(url: string): SnoozeRequest | SnoozeMistake | null {
  const { parts, query } = readUrl(url, NATIVE_PREFIX);
  const verb = parts?.at(-1);
  if (parts === null || (verb !== "snooze" && verb !== "unsnooze")) return null;
  const ends = verb === "unsnooze";
  const isProject = parts.length === 2 && !isUuid(parts[0] ?? "");
  if (isProject && !namesProject(ends, query)) return null;
  const address = isProject ? projectOf(parts[0] ?? "") : jobOf(parts, query);
  if (address === null) return null;
  const forMs = ends ? null : parseDuration(last(query.for) ?? "");
  if (!ends && (forMs === null || forMs < SHORTEST || forMs > LONGEST)) {
    return mistake("say for how long, up to 7 days, such as for=20m or for=2h");
  }
  const scope = isProject ? scopeOf(query) : null;
  if (scope !== null && "line" in scope) return scope;
  return { kind: "snooze", address, scope, forMs, name: readLine(last(query.msg), LONGEST_NAME) };
}

/** The answer to a request that says neither how long nor whose alerts, where the project has no job of that name. */
export function refuseMissing(address: PingAddress, method: string | undefined): Refusal | null {
  const slug = address.kind === "slug" ? address.slug : null;
  if (method !== "POST" || (slug !== "snooze" && slug !== "unsnooze")) return null;
  const advice = slug === "snooze" ? SNOOZE_ADVICE : UNSNOOZE_ADVICE;
  return {
    kind: "refusal",
    status: 400,
    body: "invalid url format",
    advice,
    detail: advice,
    reason: "invalid-url",
    address,
  };
}

const SNOOZE_ADVICE =
  "say for how long and whose alerts shall wait, such as snooze?for=20m&tag=web, or host=, or all=1; for one job /ping/PING-KEY/SLUG/snooze?for=20m";
const UNSNOOZE_ADVICE =
  "say whose alerts shall wait no longer, such as unsnooze?tag=web, or host=, or all=1; for one job /ping/PING-KEY/SLUG/unsnooze";

/** A job may be called so: its pings have no such parameters. */
function namesProject(ends: boolean, query: ParsedUrlQuery): boolean {
  const given = (...names: string[]) => names.some((name) => last(query[name]) !== null);
  return ends ? given("tag", "host", "all") : given("for", "tag", "all");
}

function projectOf(text: string): PingAddress | null {
  const key = readKey(text);
  return key === null ? null : { kind: "slug", key, slug: "snooze", environment: null };
}

function jobOf(parts: readonly string[], query: ParsedUrlQuery): PingAddress | null {
  const target = readTarget(parts, environmentOf(query));
  return target?.rest.length === 1 ? target.address : null;
}

function scopeOf(query: ParsedUrlQuery): Omit<WindowScope, "jobIds"> | SnoozeMistake {
  const [tags, hosts] = [wordsOf(query.tag), wordsOf(query.host)];
  if (tags === null || hosts === null) return mistake(`name at most ${MOST_WORDS} tags and ${MOST_WORDS} hosts`);
  const all = last(query.all) === "1";
  if (all && tags.length + hosts.length > 0) return mistake("say either all=1 or which tags and hosts, not both");
  if (all || tags.length + hosts.length > 0) return { tags, hosts };
  return mistake("say of what: tag=…, host=…, or all=1 for the whole project");
}

/** Given once or more, or with commas; always in the same order. Null: too many. */
function wordsOf(given: Given): string[] | null {
  const texts = (Array.isArray(given) ? given : [given ?? ""]).flatMap((text) => text.split(","));
  const words = new Set(texts.flatMap((text) => readLine(text, LONGEST_WORD) ?? []));
  return words.size > MOST_WORDS ? null : [...words].toSorted();
}

function mistake(line: string): SnoozeMistake {
  return { kind: "mistake", line };
}
