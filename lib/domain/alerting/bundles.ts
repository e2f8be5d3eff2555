import type { Instant } from "../time.ts";
import type { OnlyIf } from "./channel-rules.ts";
import type { PendingAlert } from "./pending.ts";

/** One alert on its way to one receiver. */
export type Passenger = { alert: PendingAlert; outageId: string | null; to: string; at: Instant; onlyIf: OnlyIf };

/** `after`: messages that leave before it, as they tell of one of its jobs what happened earlier. */
type Message = { bundle: string | null; after: Set<Message> };

/**
 * Says which alerts leave as one message: those of one outage that tell the same. Ask in the order in which things
 * happened. Answers the id of the bundle, null for what is told alone.
 */
export function createBundles(newId: () => string): (passenger: Passenger) => string | null {
  const open = new Map<string, Message>();
  const latest = new Map<string, Message>();

  return ({ alert, outageId, to, at, onlyIf }) => {
    const queue = `${alert.job.id} ${to}`;
    const before = latest.get(queue);
    const key = [outageId, alert.event, at, onlyIf].join(" ");
    const known = outageId === null ? undefined : open.get(key);
    // Nobody may join a message that leaves before what is told of their job first: the two would wait for each other.
    const fits = known !== undefined && (before === undefined || before === known || !leavesAfter(before, known));
    const message = fits ? known : { bundle: outageId === null ? null : newId(), after: new Set<Message>() };
    if (outageId !== null) open.set(key, message);
    if (before !== undefined && before !== message) message.after.add(before);
    latest.set(queue, message);
    return message.bundle;
  };
}

function leavesAfter(message: Message, other: Message): boolean {
  const seen = new Set([message]);
  for (const one of seen) {
    if (one.after.has(other)) return true;
    for (const earlier of one.after) seen.add(earlier);
  }
  return false;
}
