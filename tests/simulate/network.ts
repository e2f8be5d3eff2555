import type { Ping, PingAction } from "../../lib/domain/ping.ts";
import { type Instant, type Millis, SECOND } from "../../lib/domain/time.ts";
import type { Client, Host, Member } from "./fleet.ts";
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

/** What Belfry hears. */
export type Delivery = { ping: Ping; trace: Trace };

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
  const traces: Trace[] = [];
  const deliveries: Delivery[] = [];
  executions.forEach((execution, number) => {
    const host = member.hosts[execution.host];
    if (host === undefined) return;
    const trace = send(line, member, execution, number < CAREFUL_RUNS * member.hosts.length);
    traces.push(trace);
    const runId = member.client.runIds ? `${member.job.id}-${number}` : null;
    const deliver = (signal: Signal | null, action: PingAction) => {
      for (const ping of pingsOf({ signal, action, runId, host })) deliveries.push({ ping, trace });
    };
    deliver(trace.start, "start");
    for (const beat of trace.beats) deliver(beat, "start");
    deliver(trace.end, execution.skipped ? "skip" : execution.ok ? "success" : "fail");
  });
  return { traces, deliveries: deliveries.sort((a, b) => a.ping.receivedAt - b.ping.receivedAt) };
}

function send(line: Line, { client, habits }: Member, execution: Execution, careful: boolean): Trace {
  const { startAt, endAt, aliveUntil, skipped } = execution;
  const start = client.sendsStarts && !skipped ? line.send(startAt, careful) : null;
  const beats: Signal[] = [];
  const beatMs = start === null ? Infinity : (habits.beatMs ?? Infinity);
  for (let at = startAt + beatMs; at < aliveUntil; at += beatMs) beats.push(line.send(at, careful));
  const free = start !== null && client.waitsForAnswers ? line.answeredAt(beats.at(-1) ?? start) : 0;
  const end = endAt === null ? null : line.send(Math.max(endAt, free), careful);
  return { execution, start, beats, end };
}

type Sent = { signal: Signal | null; action: PingAction; runId: string | null; host: Host };

function pingsOf({ signal, action, runId, host }: Sent): Ping[] {
  if (signal === null) return [];
  return [signal.arrivedAt, signal.againAt].flatMap((receivedAt) =>
    receivedAt === null
      ? []
      : [
          {
            id: `${host.source}-${receivedAt}`,
            action,
            exitCode: action === "success" ? 0 : action === "fail" ? 1 : null,
            runId,
            receivedAt,
            at: signal.spooled ? Math.round(signal.sentAt + host.skewMs) : null,
            durationMs: null,
            host: host.name,
            source: host.source,
            bodyDigest: "",
            hasBody: false,
          },
        ],
  );
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
