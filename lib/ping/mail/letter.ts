import { createHash } from "node:crypto";
import type { SMTPServerDataStream } from "smtp-server";
import type { BodyBudget } from "../body.ts";

/** A mail as it came in. */
export type Letter = {
  /** Its beginning; null where too much is held already. What was taken from the budget for it is `held`. */
  raw: Buffer | null;
  held: number;
  size: number;
  /** Of all of it. */
  digest: string;
};

export type LetterLimits = { budget: BodyBudget; keep: number; most: number };

/** Reads a mail to its end. Null: the client broke off. `onFlood` hears of one that is far beyond the limit. */
export function readLetter(
  stream: SMTPServerDataStream,
  { budget, keep, most }: LetterLimits,
  onFlood: () => void,
): Promise<Letter | null> {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  let held = 0;
  let size = 0;
  let crowded = false;

  return new Promise((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      const before = size;
      size += chunk.length;
      if (size > most) return before <= 2 * most && size > 2 * most ? onFlood() : undefined;
      hash.update(chunk);
      const piece = chunk.subarray(0, keep - held);
      if (crowded || piece.length === 0) return;
      if (budget.take(piece.length)) {
        chunks.push(piece);
        held += piece.length;
      } else crowded = true;
    });
    stream.once("end", () => {
      const raw = crowded ? null : Buffer.concat(chunks, held);
      resolve({ raw, held, size, digest: hash.digest("base64url") });
    });
    // After the end this says nothing new.
    stream.once("close", () => {
      if (!stream.readableEnded) budget.give(held);
      resolve(null);
    });
    stream.on("error", ignore);
  });
}

function ignore(): void {}
