import { createHmac } from "node:crypto";
import { SECOND, type Instant } from "../../domain/time.ts";
import { AppError } from "../../errors.ts";

const PREFIX = "whsec_";
const SENTENCE =
  "Write whsec_ and then 24 to 64 random bytes in base64, such as the output of: echo whsec_$(openssl rand -base64 32)";

/** The bytes of a secret as Standard Webhooks write it. @throws AppError `invalid` about `field`. */
export function parseSigningSecret(value: string, field: string): Buffer {
  const text = value.startsWith(PREFIX) ? value.slice(PREFIX.length) : "";
  const key = Buffer.from(text, "base64");
  const exact = /^[A-Za-z\d+/]+={0,2}$/.test(text) && key.toString("base64") === text;
  if (!exact || key.length < 24 || key.length > 64) throw new AppError("invalid", SENTENCE, field);
  return key;
}

/** Headers by which a receiver knows who sent the body and when (standardwebhooks.com). */
export function signatureHeaders(
  key: Buffer,
  { id, body }: { id: string; body: string },
  now: Instant,
): Record<string, string> {
  const timestamp = String(Math.floor(now / SECOND));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
