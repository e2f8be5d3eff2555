import { SECOND, type Instant, type Millis } from "../domain/time.ts";
import { DeliveryError, type SendReceipt } from "./channel.ts";
import { receiptOf, type HttpAnswer } from "./http.ts";

/** What a kind knows about an answer beyond its status. */
export type Reading = {
  /** The platform's id of the message. */
  externalId?: string | null;
  /** One sentence with the fix, said before the receiver's own words. */
  advice?: string | null;
  /** Overrides what the status says. */
  permanent?: boolean | null;
  retryAfterMs?: Millis | null;
};

/** The receipt of an API's answer. @throws DeliveryError for refusals, with what `reading` knows better. */
export function readAnswer(answer: HttpAnswer, reading: Reading = {}): SendReceipt {
  try {
    const receipt = receiptOf(answer);
    // A proxy's page or another site: the API itself would have answered with JSON.
    if (answer.body.trimStart().startsWith("<")) throw webPage(answer);
    return { ...receipt, externalId: reading.externalId ?? null };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    throw new DeliveryError({
      permanent: reading.permanent ?? error.permanent,
      retryAfterMs: reading.retryAfterMs ?? error.retryAfterMs,
      status: error.status,
      answer: [reading.advice ?? "", error.answer].join(" ").trim(),
    });
  }
}

function webPage({ status, body }: HttpAnswer): DeliveryError {
  return new DeliveryError({
    permanent: false,
    status,
    answer: `A web page came back, not the answer of this service: check the address. ${body}`,
  });
}

/** The text or number at that place of a JSON answer; null where there is none. */
export function textIn({ body }: HttpAnswer, ...path: readonly string[]): string | null {
  let value: unknown = parseJson(body);
  for (const name of path) value = Object(value)[name] as unknown;
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** How long until the Unix time (in seconds) that a header names, by the receiver's own clock where it tells; null without. */
export function untilUnixTime(answer: HttpAnswer, header: string, now: Instant): Millis | null {
  const value = answer.header(header) ?? "";
  if (!/^\d{9,11}$/.test(value)) return null;
  const theirNow = Date.parse(answer.header("date") ?? "");
  return Math.max(0, Number(value) * SECOND - (Number.isNaN(theirNow) ? now : theirNow));
}
