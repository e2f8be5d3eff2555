import type { Ping, PingAction } from "../../lib/domain/ping.ts";
import { type Instant, type Millis, SECOND } from "../../lib/domain/time.ts";
import type { Client, Member } from "./fleet.ts";
import type { Execution } from "./life.ts";
import type { Random } from "./random.ts";
import { includes, type Span } from "./span.ts";

/** A ping on its way. */
export type Signal = {
  sentAt: Instant;
  /** When Belfry took it; null where it never did. */
  arrivedAt: Instant | null;
  /** Why not: the network lost it, or Belfry was away and the client gave up. */
  lack: "lost" | "refused" | null;
  /** When Belfry took it once more, because its answer was lost. */
  againAt: Instant | null;
  /** Kept by the client and sent with its time. */
  spooled: boolean;
};

/** What Belfry could hear of a run. */
export type Trace = {
  execution: Execution;
  start: Signal | null;
  /** Tells in between that the run is alive. */
  beats: readonly Signal[];
  end: Signal | null;
};

/** A ping as it comes in. A year has millions: the ping itself is made when its time has come. */
export type Delivery = { at: Instant; action: PingAction; signal: Signal; trace: Trace };

export type Post = { traces: readonly Trace[]; deliveries: readonly Delivery[] };

/** Shares of the pings to which something happens on the way. */
const LOST = 0.0001;
const RETRIED = 0.002;
const REPEATED = 0.005;
const SLOW = 0.03;

/** How much later a client sends again what was not answered. */
const RETRY: readonly [Millis, Millis] = [SECOND, 20 * SECOND];

/** The first pings of a job are watched by its owner. */
const CAREFUL_RUNS = 3;

/** What is between a job and Belfry: `gaps` when Belfry was away, `offline` when the job's own network was. */
export type Ways = { gaps: readonly Span[]; offline: readonly Span[]; random: Random };

/** Sends the pings of all runs. */
export function post(member: Member, executions: readonly Execution[], ways: Ways): Post {
  const line = new Line(member.client, ways);
  const careful = CAREFUL_RUNS * member.hosts.length;
  const traces = executions.map((execution, number) => send(line, member, execution, number < careful));
  const deliveries: Delivery[] = [];
  for (const trace of traces) {
    const { start, beats, end, execution } = trace;
    if (start !== null) deliver(deliveries, "start", start, trace);
    for (const beat of beats) deliver(deliveries, "start", beat, trace);
    if (end !== null) deliver(deliveries, execution.skipped ? "skip" : execution.ok ? "success" : "fail", end, trace);
  }
  return { traces, deliveries: deliveries.sort((a, b) => a.at - b.at) };
}

function deliver(deliveries: Delivery[], action: PingAction, signal: Signal, trace: Trace): void {
  const { arrivedAt, againAt } = signal;
  if (arrivedAt !== null) deliveries.push({ at: arrivedAt, action, signal, trace });
  if (againAt !== null) deliveries.push({ at: againAt, action, signal, trace });
}

/** The ping that Belfry gets. */
export function pingOf({ job, client, hosts }: Member, { at, action, signal, trace }: Delivery): Ping {
  const { startAt, host: number } = trace.execution;
  const host = hosts[number];
  return {
    id: job.id,
    action,
    exitCode: action === "success" ? 0 : action === "fail" ? 1 : null,
    runId: client.runIds ? `${number}-${startAt}` : null,
    receivedAt: at,
    at: signal.spooled ? Math.round(signal.sentAt + (host?.skewMs ?? 0)) : null,
    durationMs: null,
    host: host?.name ?? null,
    source: host?.source ?? null,
    bodyDigest: "",
    hasBody: false,
  };
}

const NO_BEATS: readonly Signal[] = [];

function send(line: Line, { client, habits }: Member, execution: Execution, careful: boolean): Trace {
  const { startAt, endAt, aliveUntil, skipped } = execution;
  const start = client.sendsStarts && !skipped ? line.send(startAt, careful) : null;
  const { beatMs } = habits;
  const beats =
    start === null || beatMs === null ? NO_BEATS : sendBeats(line, { from: startAt, to: aliveUntil }, beatMs);
  const free = start !== null && client.waitsForAnswers ? line.answeredAt(beats.at(-1) ?? start) : 0;
  const end = endAt === null ? null : line.send(Math.max(endAt, free), careful);
  return { execution, start, beats, end };
}

function sendBeats(line: Line, life: Span, beatMs: Millis): Signal[] {
  const beats: Signal[] = [];
  for (let at = life.from + beatMs; at < life.to; at += beatMs) beats.push(line.send(at, false));
  return beats;
}

/** The way from one job's machines to Belfry. */
class Line {
  readonly #client: Client;
  readonly #ways: Ways;
  readonly #patience: Millis;
  /** A spool is emptied in order. */
  #spooledUntil: Instant = 0;

  constructor(client: Client, ways: Ways) {
    this.#client = client;
    this.#ways = ways;
    this.#patience = ways.random.scaled(20 * SECOND, 120 * SECOND);
  }

  send(at: Instant, careful: boolean): Signal {
    const { random, offline } = this.#ways;
    const sentAt = Math.round(at);
    const cut = this.#client.spools ? offline.find((span) => includes(span, sentAt)) : undefined;
    if (cut !== undefined || sentAt < this.#spooledUntil) return this.#spool(sentAt, cut?.to ?? sentAt);
    if (!careful && random.chance(LOST)) return { ...NEVER, sentAt, lack: "lost" };
    const retried = random.chance(RETRIED) ? random.between(...RETRY) : 0;
    const delay = random.chance(SLOW) ? random.between(1, 8) * SECOND : random.between(0.03, 0.5) * SECOND;
    const arrivedAt = Math.round(sentAt + retried + delay);
    const gap = this.#gapAt(arrivedAt);
    if (gap !== undefined) return this.#persist(sentAt, arrivedAt, gap);
    const againAt = random.chance(REPEATED) ? Math.round(arrivedAt + random.between(...RETRY)) : null;
    const heardAgain = againAt !== null && this.#gapAt(againAt) === undefined;
    return { ...NEVER, sentAt, arrivedAt, againAt: heardAgain ? againAt : null };
  }

  /** When a client goes on that waits for the answer. */
  answeredAt({ sentAt, arrivedAt, againAt, spooled }: Signal): Instant {
    if (spooled || arrivedAt === null) return sentAt + RETRY[1];
    return againAt ?? arrivedAt;
  }

  /** Tries again after 1, 3, 7, 15 … seconds, until Belfry is there or the client's patience ends. */
  #persist(sentAt: Instant, triedAt: Instant, gap: Span): Signal {
    for (let wait = SECOND; wait <= this.#patience; wait = 2 * wait + SECOND) {
      const arrivedAt = Math.round(triedAt + wait + this.#ways.random.between(0.03, 0.5) * SECOND);
      if (arrivedAt >= gap.to) return { ...NEVER, sentAt, arrivedAt };
    }
    return this.#client.spools ? this.#spool(sentAt, gap.to) : { ...NEVER, sentAt, lack: "refused" };
  }

  #spool(sentAt: Instant, until: Instant): Signal {
    const { random } = this.#ways;
    const free = Math.max(until + random.between(1, 40) * SECOND, this.#spooledUntil + 100);
    const gap = this.#gapAt(free);
    const arrivedAt = Math.round(gap === undefined ? free : gap.to + random.between(1, 40) * SECOND);
    this.#spooledUntil = arrivedAt;
    return { ...NEVER, sentAt, arrivedAt, spooled: true };
  }

  #gapAt(at: Instant): Span | undefined {
    return this.#ways.gaps.find((span) => includes(span, at));
  }
}

const NEVER: Signal = { sentAt: 0, arrivedAt: null, lack: null, againAt: null, spooled: false };
