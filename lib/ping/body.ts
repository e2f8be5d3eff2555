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
export type BodyBudget = { take(bytes: number): boolean; give(bytes: number): void };

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

/** Where it is used up, bodies are cut: the ping itself still counts. */
export function createBodyBudget(limit: number): BodyBudget {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > limit) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
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
  const chunks: Buffer[] = [];
  let keptSize = 0;
  let size = 0;
  const timer = setTimeout(() => finish(false), limits.timeMs);

  function onData(chunk: Buffer): void {
    size += chunk.length;
    const piece = chunk.subarray(0, limits.keep - keptSize);
    if (piece.length > 0 && budget.take(piece.length)) {
      chunks.push(piece);
      keptSize += piece.length;
    }
    if (size > limits.drain) finish(false);
  }

  const onEnd = (): void => finish(true);
  const onBreak = (): void => finish(false);

  function finish(complete: boolean): void {
    clearTimeout(timer);
    request.off("data", onData).off("end", onEnd).off("close", onBreak).off("error", onBreak);
    request.on("error", ignore);
    done({ kept: keptSize === 0 ? null : Buffer.concat(chunks, keptSize), size, complete });
  }

  request.on("data", onData).on("end", onEnd).on("close", onBreak).on("error", onBreak);
}

function ignore(): void {}
