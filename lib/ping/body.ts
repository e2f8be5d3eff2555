import type { IncomingMessage } from "node:http";
import { SECOND, type Millis } from "../domain/time.ts";

export type Body = {
  /** The first bytes; null without any. */
  kept: Buffer | null;
  /** Bytes that came, kept or not. */
  size: number;
  /** False where the rest was not waited for: the connection cannot be used again. */
  complete: boolean;
};

/** Bytes of bodies that are held at the moment, over all requests. */
export type BodyBudget = {
  take(bytes: number): boolean;
  give(bytes: number): void;
  /** Notes a body that is being read; `cut` may be called where others need its room. Returns how to take it off. */
  enter(cut: () => void): () => void;
};

export type BodyLimits = {
  /** Bytes that are kept. */
  keep: number;
  /** Bytes after which nobody listens any more. */
  drain: number;
  timeMs: Millis;
};

export function bodyLimits(keep: number): BodyLimits {
  return { keep, drain: Math.max(10 * keep, 20_000_000), timeMs: 10 * SECOND };
}

/** Bodies that take longer give way when there is little room left: many slow ones must not keep the others out. */
const UNHURRIED_MS: Millis = SECOND;
const SCARCE = 0.75;

/** Where it is used up, bodies are cut: the ping itself still counts. */
export function createBodyBudget(limit: number, steadyNow: () => Millis = () => performance.now()): BodyBudget {
  const reading = new Map<() => void, Millis>();
  let held = 0;
  let relief: NodeJS.Timeout | null = null;

  /** Cuts one after the other, as what they held is given back a little later. */
  function relieve(): void {
    const [oldest] = reading;
    if (relief !== null || held <= SCARCE * limit || oldest === undefined) return;
    const [cut, since] = oldest;
    relief = setTimeout(
      () => {
        relief = null;
        if (steadyNow() - since >= UNHURRIED_MS && reading.delete(cut)) cut();
        relieve();
      },
      Math.max(0, since + UNHURRIED_MS - steadyNow()),
    ).unref();
  }

  return {
    take(bytes) {
      const fits = held + bytes <= limit;
      if (fits) held += bytes;
      relieve();
      return fits;
    },
    give(bytes) {
      held -= bytes;
    },
    enter(cut) {
      reading.set(cut, steadyNow());
      return () => void reading.delete(cut);
    },
  };
}

/** Whether a body is announced; most pings have none. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return (length !== undefined && length !== "0") || headers["transfer-encoding"] !== undefined;
}

/**
 * Reads a body. `done` is called once and soon, whatever the client does: a body that is too long is cut, one that is
 * too slow or breaks off ends where it is. What is kept was taken from `budget`; the caller gives it back.
 */
export function readBody(
  request: IncomingMessage,
  { limits, budget }: { limits: BodyLimits; budget: BodyBudget },
  done: (body: Body) => void,
): void {
  let kept: Buffer | null = null;
  let keptSize = 0;
  let size = 0;
  let { keep } = limits;
  let over = false;
  const timer = setTimeout(onBreak, limits.timeMs);
  const leave = budget.enter(onBreak);

  function onData(chunk: Buffer): void {
    size += chunk.length;
    const piece = chunk.subarray(0, keep - keptSize);
    if (piece.length > 0 && budget.take(piece.length)) {
      kept = append(kept, keptSize, piece);
      keptSize += piece.length;
    } else keep = keptSize; // What comes after a cut would not belong to what was kept.
    if (size > limits.drain) onBreak();
  }

  function onEnd(): void {
    finish(true);
  }

  function onBreak(): void {
    finish(false);
  }

  function finish(complete: boolean): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    leave();
    request.off("data", onData).off("end", onEnd).off("close", onBreak).off("error", onBreak);
    request.on("error", ignore);
    done({ kept: kept?.subarray(0, keptSize) ?? null, size, complete });
  }

  request.on("data", onData).on("end", onEnd).on("close", onBreak).on("error", onBreak);
}

/** One buffer that doubles: a body that drips in byte by byte would take hundreds of times its size as a list. */
function append(kept: Buffer | null, size: number, piece: Buffer): Buffer {
  if (kept === null) return piece;
  const wanted = size + piece.length;
  const roomy = kept.length >= wanted ? kept : Buffer.allocUnsafeSlow(Math.max(2 * kept.length, wanted));
  if (roomy !== kept) kept.copy(roomy, 0, 0, size);
  piece.copy(roomy, size);
  return roomy;
}

function ignore(): void {}
