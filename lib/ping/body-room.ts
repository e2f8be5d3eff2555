import type { IncomingMessage } from "node:http";
import { type Body, type BodyBudget, bodyLimits, type BodyLimits, createBodyBudget, readBody } from "./body.ts";

const BYTES_HELD = 64_000_000;

/** The room for bodies of all requests together. What a body takes of it is given back once it is stored or refused. */
export class BodyRoom {
  readonly #limits: BodyLimits;
  readonly #budget: BodyBudget = createBodyBudget(BYTES_HELD);

  /** @param keep Bytes of a body that are kept. `limits`: only tests have others than the usual ones. */
  constructor(keep: number, limits: Partial<BodyLimits> = {}) {
    this.#limits = { ...bodyLimits(keep), ...limits };
  }

  /** Reads a request's body. Of one that is there already, nothing is kept where too much is held. */
  read(source: IncomingMessage | Buffer, done: (body: Body) => void, limits: Partial<BodyLimits> = {}): void {
    if (Buffer.isBuffer(source)) return done(this.hold(source) ?? { kept: null, size: source.length, complete: true });
    readBody(source, { limits: { ...this.#limits, ...limits }, budget: this.#budget }, done);
  }

  /** Makes a body of what was read in another way; null where too much is held already. */
  hold(bytes: Buffer): Body | null {
    const kept = bytes.subarray(0, this.#limits.keep);
    if (!this.reserve(kept.length)) return null;
    return { kept: kept.length === 0 ? null : Buffer.from(kept), size: bytes.length, complete: true };
  }

  /** Takes room for so many bytes that a request turned out to hold; false where there is none. */
  reserve(bytes: number): boolean {
    return this.#budget.take(bytes);
  }

  giveBack(bytes: number): void {
    this.#budget.give(bytes);
  }
}
