import type { Draft } from "./draft.ts";
import type { Entry } from "./entry.ts";
import { sameOrigin } from "./pairing.ts";
import type { Ping } from "./ping.ts";
import { mayEnd, plausibleDuration } from "./recent-durations.ts";
import {
  areOpposite,
  KEY_AT,
  keyOf,
  MARK_AT,
  markOf,
  NO_MARK,
  NUMBERS_A_PING,
  type RecentPings,
} from "./recent-pings.ts";
import { type Instant, type Millis, SECOND } from "./time.ts";

/** The same ping again within this time is a re-send; less for short intervals. */
const WINDOW: Millis = 30 * SECOND;
const WINDOW_WITHOUT_SCHEDULE: Millis = 5 * SECOND;
const REMEMBERED = 16;

/** Whether the same was said a moment ago and nothing makes news of it; remembers it either way. */
export function isResend(draft: Draft, { ping, received }: Pick<Entry, "ping" | "received">): boolean {
  const { memory } = draft;
  const key = keyOf(ping);
  const mark = markOf(ping);
  const recent = latestOf(memory.recentPings, received);
  memory.recentPings = recent;
  const before = lastWithKey(recent, key);
  if (before !== null && saysItAgain(draft, { ping, received, recent, before, mark })) return true;
  recent.push(received, key, mark);
  return false;
}

/** `before`: where among the `recent` the same was said before. */
type Repeated = Pick<Entry, "ping" | "received"> & { recent: RecentPings; before: number; mark: number };

function saysItAgain(draft: Draft, { ping, received, recent, before, mark }: Repeated): boolean {
  const laterAt = before + NUMBERS_A_PING;
  // After the clock was set back, what was said before may seem to be still to come.
  const distance = Math.abs(received - instantAt(recent, before));
  if (distance >= windowFor(draft, ping, received, laterAt === recent.length)) return false;
  for (let at = laterAt + MARK_AT; at < recent.length; at += NUMBERS_A_PING) {
    if (areOpposite(mark, recent[at] ?? NO_MARK)) return false;
  }
  return mark === NO_MARK || !endsAnother(draft, ping, received);
}

/** A list of its own of those still worth remembering beside one more. */
function latestOf(pings: RecentPings, received: Instant): number[] {
  let from = Math.max(0, pings.length - (REMEMBERED - 1) * NUMBERS_A_PING);
  while (from < pings.length && Math.abs(received - instantAt(pings, from)) >= WINDOW) from += NUMBERS_A_PING;
  return pings.slice(from);
}

/** When the ping came in that begins there. */
function instantAt(pings: RecentPings, from: number): Instant {
  return pings[from] ?? 0;
}

/** Where the last ping with that key begins; null where there is none. */
function lastWithKey(pings: RecentPings, key: number): number | null {
  for (let from = pings.length - NUMBERS_A_PING; from >= 0; from -= NUMBERS_A_PING) {
    if (pings[from + KEY_AT] === key) return from;
  }
  return null;
}

function windowFor({ schedule }: Draft, { action }: Ping, now: Instant, isLatest: boolean): Millis {
  const next = schedule.next(now);
  if (schedule.kind !== "none" && next !== null) return Math.min(WINDOW, (next - (schedule.prev(now) ?? now)) / 2);
  // Good runs may follow each other closely; another start without an end between, or the same failure, is the same one.
  return isLatest && action !== "success" ? WINDOW : WINDOW_WITHOUT_SCHEDULE;
}

/** Whether an end without run id may be that of another run, which is still open: any, where no run shows how long they take. */
function endsAnother(draft: Draft, ping: Ping, at: Instant): boolean {
  const unknown = plausibleDuration(draft) === null;
  return draft.memory.openRuns.some(
    (run) => (run.runId === null || ping.endsLatest) && sameOrigin(run, ping) && (unknown || mayEnd(draft, run, at)),
  );
}
