import type { Draft } from "./draft.ts";
import type { Entry } from "./entry.ts";
import { sameOrigin } from "./pairing.ts";
import type { Ping } from "./ping.ts";
import { mayEnd, plausibleDuration } from "./recent-durations.ts";
import { areOpposite, NO_MARK, type RecentPing, recentPing } from "./recent-ping.ts";
import { type Instant, type Millis, SECOND } from "./time.ts";

/** The same ping again within this time is a re-send; less for short intervals. */
const WINDOW: Millis = 30 * SECOND;
const WINDOW_WITHOUT_SCHEDULE: Millis = 5 * SECOND;
const REMEMBERED = 16;

/** Whether the same was said a moment ago and nothing makes news of it; remembers it either way. */
export function isResend(draft: Draft, { ping, received }: Pick<Entry, "ping" | "received">): boolean {
  const { memory } = draft;
  const own = recentPing(ping, received);
  const recent = latestOf(memory.recentPings, received);
  memory.recentPings = recent;
  const index = recent.findLastIndex((other) => other.key === own.key);
  const before = recent[index];
  if (before === undefined) {
    recent.push(own);
    return false;
  }
  const later = recent.slice(index + 1);
  // After the clock was set back, what was said before may seem to be still to come.
  const again = Math.abs(received - before.at) < windowFor(draft, ping, received, later.length === 0);
  const isNews =
    later.some((other) => areOpposite(other, own)) || (own.mark !== NO_MARK && endsAnother(draft, ping, received));
  if (again && !isNews) return true;
  recent.push(own);
  return false;
}

/** A list of its own of those still worth remembering beside one more. */
function latestOf(pings: readonly RecentPing[], received: Instant): RecentPing[] {
  let from = Math.max(0, pings.length - REMEMBERED + 1);
  while (from < pings.length && Math.abs(received - (pings[from]?.at ?? received)) >= WINDOW) from += 1;
  return pings.slice(from);
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
