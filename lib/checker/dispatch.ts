import { setMaxListeners } from "node:events";
import { setTimeout as timeout } from "node:timers/promises";
import type pg from "pg";
import type { Attempt } from "../delivery/attempt.ts";
import { keepersOf } from "../delivery/kinds.ts";
import { paceOf } from "../delivery/paces.ts";
import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import { hurryChannel, loadChannelFailures } from "../store/channel-failures.ts";
import { claimDeliveries, findNextDue, renewLeases, type ClaimedDelivery } from "../store/deliveries.ts";
import { loadBundles } from "../store/deliveries-bundle.ts";
import { loadDeliveryContexts } from "../store/deliveries-context.ts";
import { recordResults, type DeliveryResult } from "../store/deliveries-results.ts";
import { type Cargo, cargoOf, shutBy } from "./dispatch-bundle.ts";
import { createSender, type Held, type SenderDeps } from "./dispatch-send.ts";
import { createLanes, type LaneLimits, type Lanes } from "./lanes.ts";
import { createLoop, type Loop, type Sleep } from "./loop.ts";
import { createPacer } from "./pacer.ts";
import { createReceivers, type Receivers } from "./receivers.ts";
import { createRecorder, type Recorder } from "./recorder.ts";

export type DispatchDeps = Omit<SenderDeps, "signal"> & {
  pool: pg.Pool;
  /** Where people open Belfry, without a trailing slash. */
  baseUrl: string;
  limits?: LaneLimits;
  /** How long a claim holds without being renewed. */
  leaseMs?: Millis;
  /** How long a stop waits for sends under way before it breaks them off. */
  stopGraceMs?: Millis;
  pollMs?: Millis;
  sleep?: Sleep;
};

const LIMITS: LaneLimits = {
  running: 64,
  // Half: mail that hangs must not keep Slack waiting.
  runningPerKind: 32,
  runningPerLane: 4,
  held: 256,
  heldPerKind: 128,
  heldPerLane: 32,
};

/** Renewed while a send lasts, so it may be short: what a dead process held is sent by another one after this. */
const LEASE: Millis = 15 * SECOND;
/** While something is in hand: leases are renewed in time, and retries of other lanes leave when they are due. */
const BUSY_PAUSE: Millis = 1 * SECOND;
/** Claims while something is in hand are this far apart: a few large ones cost less than many small ones. */
const CLAIM_PAUSE: Millis = 10;
const CLAIM_LIMIT = 64;
/** Finding that all that is due belongs to full lanes means to look through all of it: not more often than this. */
const SEARCH_PAUSE: Millis = 250;
/** Another process holds what is due: it takes a moment to commit. */
const CONTENDED_PAUSE: Millis = 50;

/**
 * Sends what is due in the outbox, each lane in order and within its limits. Wake it on `belfry_deliver`. A stop hands
 * back what has not left, waits for what has, and writes down how that ended.
 */
export function createDispatch(deps: DispatchDeps): Loop {
  const { pool, clock, log, leaseMs = LEASE, stopGraceMs = 5 * SECOND } = deps;
  const breakOff = new AbortController();
  // Every send under way listens: more than node's ten are no leak.
  setMaxListeners(0, breakOff.signal);
  const send = createSender({ ...deps, signal: breakOff.signal });
  const pacer = createPacer(paceOf, performance);
  const lanes = createLanes<Held>(deps.limits ?? LIMITS, handle, pacer);
  const receivers = createReceivers({ clock, random: deps.random ?? Math.random });
  const recorder = createRecorder<DeliveryResult>(
    (results) => write(deps, results),
    () => loop.wake(),
  );
  let renewAt = clock.now() + leaseMs / 3;
  let claimAt = clock.now();
  let searchAt = clock.now();

  async function turn(signal: AbortSignal): Promise<Instant | null> {
    // Results first: what was sent but not recorded would be claimed and sent again.
    await recorder.flush();
    if (clock.now() >= renewAt) {
      renewAt = clock.now() + leaseMs / 3;
      await renewLeases(pool, lanes.held(), leaseMs);
    }
    if (lanes.held().length > 0 && clock.now() < claimAt) return claimAt;
    claimAt = clock.now() + CLAIM_PAUSE;
    for (let claims = 1; !signal.aborted && (claims === 1 || clock.now() >= searchAt); claims += 1) {
      const room = lanes.room();
      if (room.limit <= 0) break;
      for (const lane of receivers.resting()) room.lanes.named.set(lane, 0);
      const limit = Math.min(room.limit, CLAIM_LIMIT);
      const claimed = await claimDeliveries(pool, { ...room, limit, leaseMs });
      await take(claimed);
      if (claimed.length > 0) continue;
      searchAt = clock.now() + SEARCH_PAUSE;
      break;
    }
    if (lanes.held().length > 0) return clock.now() + BUSY_PAUSE;
    return nextDue(deps, receivers.resting().length > 0 ? BUSY_PAUSE : CONTENDED_PAUSE);
  }

  /** What was claimed comes in hand, unless its receiver is to be left alone: that is only found out now. */
  async function take(claimed: readonly ClaimedDelivery[]): Promise<void> {
    for (const lane of await recall(deps, receivers, claimed)) lanes.narrow(lane);
    const rested = claimed.filter(({ lane }) => receivers.restsUntil(lane) !== null);
    for (const claim of rested) release(recorder, [claim], receivers.restsUntil(claim.lane) ?? clock.now());
    await load(deps, lanes, rested.length === 0 ? claimed : claimed.filter((claim) => !rested.includes(claim)));
  }

  async function handle(held: Held): Promise<void> {
    const { context, bundle } = held;
    const [cargo, shut] = [cargoOf(context, bundle, keepersOf(deps.channels)), shutBy(context)];
    const [first] = cargo.left;
    if (cargo.input === null && first !== undefined) {
      drop(recorder, held, { reason: first.reason, withdrawn: true, left: cargo.left });
    } else if (shut !== null) {
      drop(recorder, held, { reason: shut, withdrawn: false, left: [] });
    } else {
      const { ended, result } = await send(held, cargo);
      recorder.add(result);
      await steer(held.lane, ended);
    }
  }

  /** A receiver in trouble gets one message at a time, and none before its rest is over. */
  async function steer(lane: string, ended: Attempt): Promise<void> {
    const verdict = receivers.note(lane, ended);
    if (verdict.state === "trouble") {
      lanes.narrow(lane);
      release(recorder, lanes.takeWaiting(lane), verdict.until);
      return;
    }
    lanes.widen(lane);
    if (verdict.state === "back" && isChannel(lane)) await hurry(deps, lane);
  }

  const loop = createLoop({ name: "dispatch", turn, clock, log, pollMs: deps.pollMs, sleep: deps.sleep });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      release(recorder, lanes.takeWaiting(), clock.now());
      await settledWithin(lanes, stopGraceMs);
      breakOff.abort();
      await lanes.settled();
      // Where this fails the leases run out and other processes send again.
      await recorder.flush().catch((error: unknown) => log.error({ err: error }, "Results could not be recorded"));
    },
  };
}

/** Looks up how receivers fared that this process has not met yet. @returns lanes of those in trouble. */
async function recall(
  { pool }: DispatchDeps,
  receivers: Receivers,
  claimed: readonly ClaimedDelivery[],
): Promise<string[]> {
  const unknown = receivers.unknownOf(claimed.map(({ lane }) => lane));
  return unknown.length === 0
    ? []
    : receivers.recall(unknown, await loadChannelFailures(pool, unknown.filter(isChannel)));
}

async function load(deps: DispatchDeps, lanes: Lanes<Held>, claimed: readonly ClaimedDelivery[]): Promise<void> {
  if (claimed.length === 0) return;
  const inHand = new Map(lanes.held().map((held) => [held.id, held]));
  const ids = claimed.map(({ id }) => id);
  const contexts = await loadDeliveryContexts(deps.pool, ids, deps.baseUrl);
  const bundles = await loadBundles(deps.pool, ids);
  for (const claim of claimed) {
    const held = inHand.get(claim.id);
    const context = contexts.get(claim.id);
    // Its lease ran out while it was under way here: it goes on under the new number.
    if (held !== undefined) held.attempt = claim.attempt;
    else if (context !== undefined) lanes.add({ ...claim, context, bundle: bundles.get(claim.id) ?? null });
  }
}

/** When the next delivery is due; what is due and was not claimed rests or is in another process's hands: `pauseMs` from now. */
async function nextDue({ pool, clock }: DispatchDeps, pauseMs: Millis): Promise<Instant | null> {
  const dueAt = await findNextDue(pool);
  const now = clock.now();
  return dueAt !== null && dueAt <= now ? now + pauseMs : dueAt;
}

/** What waited for a receiver that is back leaves. Where that fails it leaves when it is due. */
async function hurry({ pool, log }: DispatchDeps, channelId: string): Promise<void> {
  try {
    const count = await hurryChannel(pool, channelId);
    log.info({ channelId, count }, "A receiver is back, and what waited for it leaves");
  } catch (error) {
    log.error({ err: error, channelId }, "What waits for a channel could not be hurried");
  }
}

/** Mail to a person has an address for a lane. */
function isChannel(lane: string): boolean {
  return !lane.includes("@");
}

type Dropped = { reason: string; withdrawn: boolean; left: Cargo["left"] };

function drop(recorder: Recorder<DeliveryResult>, { id, attempt }: Held, { left, ...why }: Dropped): void {
  recorder.add({ id, attempt, outcome: { state: "dropped", ...why }, message: null, left });
}

function release(recorder: Recorder<DeliveryResult>, waiting: readonly ClaimedDelivery[], at: Instant): void {
  for (const { id, attempt } of waiting)
    recorder.add({ id, attempt, outcome: { state: "released", at }, message: null });
}

async function settledWithin(lanes: Lanes<Held>, ms: Millis): Promise<void> {
  const settled = new AbortController();
  const late = timeout(ms, undefined, { signal: settled.signal }).catch(() => undefined);
  await Promise.race([lanes.settled(), late]);
  settled.abort();
}

async function write({ pool, log, channels }: DispatchDeps, results: readonly DeliveryResult[]): Promise<void> {
  const { stale, told } = await recordResults(pool, results, { mailWorks: channels.mailWorks });
  for (const deliveryId of stale) log.warn({ deliveryId }, "A delivery was taken over before its result came");
  for (const { deliveryId, to } of told) {
    if (to.length > 0) log.warn({ deliveryId, to }, "Somebody is told of a dead letter");
    else log.error({ deliveryId }, "A dead letter could not be told to anybody");
  }
}
